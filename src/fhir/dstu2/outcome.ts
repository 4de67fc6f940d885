import { resource } from '../elements';
import { PROBLEM_SYSTEM } from '../extensions';
import { narrative, paragraph } from '../narrative';
import type { OutcomeIssue, Resource } from '../releases';

/**
 * DSTU2 OperationOutcome (operationoutcome.html of 1.0.2). Old clients show `diagnostics` and younger ones
 * `details.text`, so both have the text.
 */
export function outcome(issues: readonly OutcomeIssue[]): Resource {
  return resource('OperationOutcome', {
    text: narrative(issues.map((issue) => paragraph(`${issue.severity}: ${issue.text}`))),
    issue: issues.map((issue) => ({
      severity: issue.severity,
      code: issue.issue,
      details: { coding: [{ system: PROBLEM_SYSTEM, code: issue.code }], text: issue.text },
      diagnostics: issue.text,
      location: issue.location,
    })),
  });
}
