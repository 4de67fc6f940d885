import { resource } from '../elements';
import { PROBLEM_SYSTEM } from '../extensions';
import { narrative, paragraph } from '../narrative';
import type { OutcomeIssue, Resource } from '../releases';

/**
 * R4 OperationOutcome (operationoutcome.html of 4.0.1). `details` has the code of the catalogue in errors.ts,
 * which programs can rely on; the text for people is there and in `diagnostics`, where many clients look only.
 * A location is a search parameter: "For HTTP errors, will be `http.` + the parameter name".
 */
export function outcome(issues: readonly OutcomeIssue[]): Resource {
  return resource('OperationOutcome', {
    text: narrative(issues.map((issue) => paragraph(`${issue.severity}: ${issue.text}`))),
    issue: issues.map((issue) => ({
      severity: issue.severity,
      code: issue.issue,
      details: { coding: [{ system: PROBLEM_SYSTEM, code: issue.code }], text: issue.text },
      diagnostics: issue.text,
      location: issue.location?.map((name) => `http.${name}`),
    })),
  });
}
