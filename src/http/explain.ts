import { describe } from '../study/describe';
import { askedKeywords, type Plan } from '../study/plan';
import type { Clause, StudyQuery } from '../study/query';
import type { Call, Notice, TraceEvent } from '../study/source';

/*
 * `$explain`: how FHIR people learn what their PACS does. A search is answered by the archive alone, past the
 * cache, and told step by step.
 */

/** A call that tells what happens on it. */
export interface WatchedCall {
  readonly call: Call;
  /** What happened so far, in order. */
  readonly events: readonly TraceEvent[];
}

/** The same call, watched, and answered by the archive itself. */
export function watchCall({ signal, meter }: Call): WatchedCall {
  const events: TraceEvent[] = [];
  const watching = { ...meter, trace: (event: TraceEvent) => void events.push(event) };
  return { call: { signal, meter: watching, fresh: true }, events };
}

/** What was asked of the archive, what was checked on its rows, and what became of them. */
export function explanation(query: StudyQuery, events: readonly TraceEvent[]): readonly Notice[] {
  const plan = events.find((event) => event.on === 'plan')?.plan;
  const conditions = plan === undefined ? [] : query.clauses.map((each) => condition(each, plan));
  return [...conditions, ...events.flatMap(step)];
}

function condition(clause: Clause, plan: Plan): Notice {
  const words = clause.map(describe).join(' or ') || 'nothing';
  const keywords = askedKeywords(clause, plan);
  const asked =
    keywords.length > 0
      ? `asked of the archive as ${keywords.join(', ')}, and checked on every row`
      : 'not asked of the archive, only checked on its rows';
  return told('explain-condition', `${words}: ${asked}.`);
}

function step(event: TraceEvent): Notice[] {
  switch (event.on) {
    case 'plan':
      return [];
    case 'call':
      return [told('explain-call', callWords(event))];
    case 'check': {
      const { matching, others, undecided } = event;
      const looked = undecided > 0 ? `, ${undecided} need their series and instances to tell` : '';
      const text = `Of ${matching + others + undecided} study rows ${matching} match, ${others} do not${looked}.`;
      return [told('explain-check', text)];
    }
  }
}

function callWords(event: Extract<TraceEvent, { on: 'call' }>): string {
  const { method, target, rows, failure, milliseconds } = event;
  const came = failure ?? (rows === undefined ? 'an answer' : `${rows} rows`);
  return `${method} ${target}: ${came}, ${Math.round(milliseconds)} ms.`;
}

function told(code: string, text: string): Notice {
  return { code, text, severity: 'information' };
}
