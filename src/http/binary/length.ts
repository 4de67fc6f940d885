/** The length that a header tells, as a member that is absent where it tells none. */
export function lengthOf(header: string | undefined): { readonly length?: number } {
  return header !== undefined && /^\d{1,15}$/.test(header) ? { length: Number(header) } : {};
}
