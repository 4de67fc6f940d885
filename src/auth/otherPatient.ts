import { Problem } from '../errors';
import type { Clause, Condition, IssuerFilter, StudyQuery } from '../study/query';
import type { Access } from './access';

type PatientCondition = Extract<Condition, { on: 'patient' }>;

/**
 * Refuses a question for patients of whom none can be the caller's: an empty answer would say that they have no
 * studies. Where the issuers leave it open whether it is the same patient, the check of the rows decides.
 *
 * @param query as the client asked, before {@link restrict}
 * @throws Problem `forbidden`
 */
export function refuseOtherPatient(query: StudyQuery, access: Access): void {
  const own = access.clauses.find(isOfPatients);
  if (own === undefined) return;
  for (const asked of query.clauses.filter(isOfPatients)) {
    if (asked.some((one) => own.some((mine) => canBeSame(one, mine)))) continue;
    const text =
      'The request asks for a patient that the access token is not for. Leave the patient out, or ask for ' +
      'the patient of the token.';
    throw new Problem('forbidden', text);
  }
}

function isOfPatients(clause: Clause): clause is readonly PatientCondition[] {
  return clause.length > 0 && clause.every((condition) => condition.on === 'patient');
}

function canBeSame(one: PatientCondition, other: PatientCondition): boolean {
  return one.value.trim() === other.value.trim() && !areApart(one.issuer, other.issuer);
}

/**
 * Whether no row can have an issuer that both take. Two lists may name one issuer differently (a local name, a
 * universal id), so that they are never apart.
 */
function areApart(one: IssuerFilter, other: IssuerFilter): boolean {
  const takesNone = (issuer: IssuerFilter) =>
    typeof issuer === 'string' ? true : issuer.includes('');
  const onlyNone = (issuer: IssuerFilter) => issuer === 'none';
  return (onlyNone(one) && !takesNone(other)) || (onlyNone(other) && !takesNone(one));
}
