import { EXAMINED_AT_ONCE } from '../../src/pacs/examine';
import { MOST_CALLS } from '../../src/doctor/examination';
import { PROBES } from '../../src/doctor/probes';
import { KNOWN_FAULTS } from '../../src/doctor/product';

const HEAD = `# The doctor

<!-- check: server -->
\`\`\`sh
node dist/main.js doctor https://pacs.example.org/dicom-web
\`\`\`

looks at an archive before a gateway is put in front of it (\`npm run build\` makes the program; once installed it is
\`dicomweb-fhir-gateway doctor\`), and says of each thing whether it is good, worth a note, a
warning, or makes the archive unusable; what it saw; and what to do. It ends with the settings that the archive needs,
and with the dialect that fits it, flag by flag. A running gateway shows the same of its own archive at \`/doctor\`: to
callers on its own machine where \`AUTH_MODE\` is \`none\` and \`HOST\` is loopback, else with the token of \`ADMIN_TOKEN\`.

| option | meaning |
| --- | --- |
| \`--json\` | the report as JSON |
| \`--username NAME\` | user name at the archive; its password is \`PACS_PASSWORD\` or in the file \`PACS_PASSWORD_FILE\` |
| \`--token-file FILE\` | bearer token at the archive |
| \`--timeout SECONDS\` | how long it may take in all, instead of \`DOCTOR_TIMEOUT_MS\` |

The other \`PACS_*\` settings hold, too. Exit codes: 0 good, 1 warnings (or not all could be asked), 2 unusable. The report
goes to standard output, progress to standard error.

It only reads, has ${EXAMINED_AT_ONCE} calls under way at most, makes ${MOST_CALLS} in all at most, asks for few rows at a time, and reads the first
bytes of a transfer only. What it prints are counts, names of attributes and what the archive says of itself: no name, no
identifier, no date, no UID.

Written by the suite in \`test/doctor\` (\`UPDATE_DOCS=1 npx jest test/doctor/document\`) from the list of probes.
`;

/** The reference of all probes, as Markdown, out of their list. */
export function doctorDocument(): string {
  const probes = PROBES.map(({ id, title, asks, judges }) =>
    ['', `### ${title} (\`${id}\`)`, '', `Asks: ${asks}`, '', `Judges: ${judges}`].join('\n'),
  );
  const faults = KNOWN_FAULTS.map(({ of, says, advice }) => `| ${of} | ${says} | ${advice} |`);
  return [
    HEAD,
    '## Probes',
    ...probes,
    '',
    '## Known faults of versions',
    '',
    '| product | fault | what to do |',
    '| --- | --- | --- |',
    ...faults,
    '',
  ].join('\n');
}
