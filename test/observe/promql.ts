import { parser } from '@prometheus-io/lezer-promql';

/* What a PromQL expression names, by the grammar of Prometheus' own editor. */

/** A metric in an expression, and what it is narrowed to. */
export interface Selected {
  readonly metric: string;
  readonly matchers: readonly {
    readonly label: string;
    readonly operator: string;
    readonly value: string;
  }[];
}

export interface Expression {
  readonly selected: readonly Selected[];
  /** Labels that are summed by, or joined on. */
  readonly grouped: readonly string[];
  /** Whether the grammar has it. */
  readonly valid: boolean;
}

export function readExpression(text: string): Expression {
  const selected: {
    metric: string;
    matchers: { label: string; operator: string; value: string }[];
  }[] = [];
  const grouped: string[] = [];
  let valid = true;
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to);
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) valid = false;
      const parent = node.node.parent?.name;
      if (node.name === 'Identifier' && parent === 'VectorSelector') {
        selected.push({ metric: textOf(node), matchers: [] });
      }
      if (node.name === 'UnquotedLabelMatcher') {
        const [, label = '', operator = '', value = ''] =
          /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/s.exec(textOf(node)) ?? [];
        selected.at(-1)?.matchers.push({ label, operator, value });
      }
      if (node.name === 'LabelName' && parent === 'GroupingLabels') grouped.push(textOf(node));
    },
  });
  return { selected, grouped, valid };
}
