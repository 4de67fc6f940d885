import { resource } from '../elements';
import { extension } from '../extensions';
import { narrative, paragraph } from '../narrative';
import type { OutcomeIssue, Resource } from '../releases';

/**
 * DSTU1 OperationOutcome (operationoutcome.html of 0.0.82). `details` is the text for people; the code that
 * programs can rely on is in an extension of the issue, because `type` is too coarse and `details` a string.
 */
export function outcome(issues: readonly OutcomeIssue[]): Resource {
  return resource('OperationOutcome', {
    text: narrative(issues.map((issue) => paragraph(`${issue.severity}: ${issue.text}`))),
    issue: issues.map((issue) => ({
      extension: [extension('problem-code', { valueCode: issue.code })],
      severity: issue.severity,
      type: { system: 'http://hl7.org/fhir/issue-type', code: issue.issue },
      details: issue.text,
      location: issue.location,
    })),
  });
}
