# syntax=docker/dockerfile:1

# What runs: only package.json and the lock decide about this layer, so that a change of the source keeps it.
FROM node:22-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM dependencies AS build
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && rm -f dist/.tsbuildinfo

FROM node:22-slim
ARG VERSION=unversioned
ARG REVISION=unknown
LABEL org.opencontainers.image.title="dicomweb-fhir-gateway" \
      org.opencontainers.image.description="Live FHIR ImagingStudy, with WADO-RS URLs, from any PACS that speaks DICOMweb" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The gateway writes nothing but its audit: the root may be read-only, with a volume at /var/lib/gateway where
# AUDIT_FHIR_URL is set. Beyond loopback it wants AUTH_MODE, or ALLOW_INSECURE where something before it authorises.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    AUDIT_SPOOL_DIR=/var/lib/gateway/audit-spool
RUN install -d -o node -g node -m 0700 /var/lib/gateway
WORKDIR /app
COPY package.json ./
COPY config/default.json ./config/
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user node, by number: Kubernetes can tell that it is not root (runAsNonRoot).
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# Asks on the configured HOST and PORT; the image has no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "dist/main.js", "health"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
