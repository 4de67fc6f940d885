import { countByKind, createByHand, type Calls } from './byHand';
import type { Children } from './child';
import { askCold, COLD, record, timedAfterRest, type ColdSettings } from './cold';
import { median, ratioOf, takeTurns } from './rounds';
import { FIRST_PAGES } from './scenarios';

/** A cold first page beside its study query, made by hand; medians of the rounds. */
export interface FirstPage {
  /** What it shows. */
  readonly title: string;
  readonly calls: Calls;
  readonly ms: number;
  readonly queryMs: number;
  readonly ratio: number;
}

/** Measures cold first pages that show no instances. */
export async function measureFirstPages(
  children: Children,
  { archive, concurrency, env, warmUpRounds, rounds, budgetMs }: ColdSettings,
): Promise<readonly FirstPage[]> {
  const measured: FirstPage[] = [];
  for (const page of FIRST_PAGES) {
    const { calls } = await record(children, page, archive, env);
    // The gateway may choose by Orthanc's index; the study query is what all would ask for by QIDO-RS.
    const byQido = await record(children, page, archive, { ...env, PACS_ROWS: 'qido' });
    const query = byQido.calls.filter(({ kind }) => kind === 'study queries');
    const hand = createByHand(archive, concurrency, query);
    const gateway = await children.start('gateway', { ...env, ...COLD, PACS_URL: archive.href });
    const ways = {
      gateway: () => askCold(gateway, page),
      query: () => timedAfterRest(() => hand.replay(query)),
    };
    await takeTurns(ways, warmUpRounds, budgetMs / 5);
    const times = await takeTurns(ways, rounds, budgetMs);
    hand.close();
    await gateway.stop();
    measured.push({
      title: page.title,
      calls: countByKind(calls),
      ms: median(times.gateway),
      queryMs: median(times.query),
      ratio: ratioOf(times.gateway, times.query),
    });
  }
  return measured;
}
