// Asserts the byte budgets of a first visit on a slow line: what a GP downloads before the inbox shows
// (html + css + js, brotli), each other lazy part, and the viewer. Reads Vite's manifest of the build.
import { readFile } from 'node:fs/promises';
import { statSync } from 'node:fs';

const manifest = JSON.parse(await readFile('dist/.vite/manifest.json', 'utf8'));
const br = (file) => statSync(`dist/${file}.br`, { throwIfNoEntry: false })?.size ?? statSync(`dist/${file}`).size;

/** Every file that is fetched for these entries, static imports followed, lazy ones not. */
function closure(keys, seen = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`no ${key} in the manifest: was the file renamed?`);
    if (seen.has(chunk.file)) continue;
    seen.add(chunk.file);
    for (const css of chunk.css ?? []) seen.add(css);
    closure(chunk.imports ?? [], seen);
  }
  return seen;
}
const total = (files) => [...files].reduce((sum, file) => sum + br(file), 0);
const entry = closure(['index.html']);
const rest = (key, before = entry) => [...closure([key])].filter((file) => !before.has(file));
const inbox = closure(['index.html', 'src/gp/GpArea.svelte']);

const budgets = [
  ['GP first load', br('index.html') + total(closure(['index.html', 'src/gp/GpArea.svelte'])), 60],
  ['new referral, after the inbox', total(rest('src/gp/DraftPage.svelte', inbox)), 40],
  ['specialist', total(rest('src/specialist/SpecialistArea.svelte')), 40],
  ['programme', total(rest('src/programme/ProgrammeArea.svelte')), 25],
  ['administrator', total(rest('src/admin/AdminArea.svelte')), 25],
  ['viewer', total(rest('node_modules/openseadragon/build/openseadragon/openseadragon.js')), 95],
];
let failed = false;
for (const [name, bytes, limit] of budgets) {
  const kb = bytes / 1024;
  const over = kb > limit;
  failed ||= over;
  console.log(`${over ? 'OVER' : 'ok  '} ${name}: ${kb.toFixed(1)} kB of ${limit} kB (brotli)`);
}
process.exit(failed ? 1 : 0);
