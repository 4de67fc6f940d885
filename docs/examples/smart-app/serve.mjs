import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import process from 'node:process';

/* Serves the SMART app at http://localhost:4000, or at the port that is its argument. */

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/index.html': ['index.html', 'text/html; charset=utf-8'],
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
};

const server = createServer(async (request, response) => {
  const [name, type] = FILES[request.url?.split('?')[0] ?? ''] ?? [];
  if (name === undefined) {
    response.writeHead(404).end();
    return;
  }
  const body = await readFile(new URL(name, import.meta.url));
  response.writeHead(200, { 'Content-Type': type, 'Referrer-Policy': 'no-referrer' }).end(body);
});
server.listen(Number(process.argv[2] ?? 4000), 'localhost', () => {
  process.stdout.write(`http://localhost:${server.address().port}\n`);
});
