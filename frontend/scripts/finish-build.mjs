// SPDX-License-Identifier: MIT
// Turns the router's output into what nginx serves: no inline code but one small script with a known hash, modules
// that start after the first paint, compressed copies beside each file, and the matching content security policy.
// usage: node scripts/finish-build.mjs <router output> <target folder>
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt', '.webmanifest']);
const SMALLEST_TO_COMPRESS = 512;
/** Script bytes, compressed, that a first visit may need before the page can react. */
const LANDING_LIMIT = 190_000;
const PAGE_LIMIT = 231_000;

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: finish-build.mjs <router output> <target folder>');
const site = join(to, 'site');

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function shortHash(text) {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

function themeRule() {
  const source = readFileSync(new URL('../src/lib/preferences.ts', import.meta.url), 'utf8');
  const key = /const KEY = '([^']+)'/.exec(source)?.[1];
  if (!key) throw new Error('preferences.ts no longer names its storage key');
  return (
    `try{var p=JSON.parse(localStorage.getItem("${key}")||"{}")}catch(e){p={}}` +
    'var t=p.theme||"system",d=document.documentElement.dataset;' +
    'd.theme=t==="dark"||t==="system"&&matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light";' +
    'd.palette=p.palette||"standard";'
  );
}

// The same text in every page, so that the policy needs one hash: theme before the first paint, modules after it,
// one at a time with a breath between them, so that the page can react in the meantime.
const inlineScript =
  `(function(){${themeRule()}var s=document.currentScript.dataset;addEventListener("load",function(){` +
  'function add(n,o){var e=Object.assign(document.createElement(n),o);document.head.appendChild(e)}' +
  'var all=s.preload.split(" ");all.forEach(function(h){add("link",{rel:"modulepreload",href:h})});' +
  'async function go(){for(var h of all){if(h.indexOf("/entry.client")<0){await import(h);' +
  'await new Promise(function(r){setTimeout(r,0)})}}import(s.start)}' +
  'add("script",{src:s.before,onload:go})})})()';

/** Moves the inline code of a page into two files; the script elements stay, empty, since React expects them. */
function externalise(html) {
  const preloads = [];
  const classic = [];
  let imports = '';
  let entry = '';
  const page = html
    .replace(/<link rel="modulepreload" href="([^"]+)"\/>/g, (_, href) => {
      preloads.push(href);
      return '';
    })
    .replace(/<script([^>]*)>([\s\S]*?)<\/script>/g, (whole, attributes, code) => {
      if (code.trim() === '') return whole;
      if (!attributes.includes('type="module"')) {
        classic.push(code);
        return `<script${attributes}></script>`;
      }
      const lazy = code.lastIndexOf('import("');
      imports = code.slice(0, lazy);
      entry = code.slice(lazy);
      return `<script${attributes}></script>`;
    });
  if (!entry || classic.length === 0)
    throw new Error('the page has no module graph; has the router changed?');
  return { page, before: `${classic.join(';\n')}\n`, start: `${imports}\n${entry}\n`, preloads };
}

function writeAsset(name, code) {
  const path = `/assets/${name}-${shortHash(code)}.js`;
  writeFileSync(join(site, path), code);
  return path;
}

function compressedSize(address) {
  return gzipSync(readFileSync(join(site, address)), { level: 9 }).length;
}

function rewritePage(path) {
  const { page, before, start, preloads } = externalise(readFileSync(path, 'utf8'));
  const data = [
    `data-before="${writeAsset('before', before)}"`,
    `data-start="${writeAsset('start', start)}"`,
    `data-preload="${preloads.join(' ')}"`,
  ];
  const bytes = preloads.map(compressedSize).reduce((sum, size) => sum + size, 0);
  if (bytes > (path === join(site, 'index.html') ? LANDING_LIMIT : PAGE_LIMIT))
    throw new Error(`${path} needs ${bytes} bytes of script at the first visit`);
  const script = `<script ${data.join(' ')}>${inlineScript}</script>`;
  // The encoding must stand first: browsers look for it in the first kilobyte only.
  const charset = '<meta charSet="utf-8"/>';
  if (!page.includes(`<head>${charset}`)) throw new Error(`${path} does not begin with its encoding`);
  const finished = page.replace(charset, charset + script);
  if (/ style="/.test(finished)) throw new Error(`${path} has a style attribute, which the policy forbids`);
  writeFileSync(path, finished);
}

function compress(path) {
  const content = readFileSync(path);
  if (!COMPRESSED.has(extname(path)) || content.length < SMALLEST_TO_COMPRESS) return;
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

function policy() {
  const hash = createHash('sha256').update(inlineScript).digest('base64');
  const rules = [
    "default-src 'self'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return `# Written by the build of the user interface; the hash belongs to its inline script.\nadd_header Content-Security-Policy "${rules.join('; ')}" always;\n`;
}

/** The worker that keeps this build for times without a connection; its text changes with every build. */
function writeWorker() {
  const all = filesBelow(site).map((path) => `/${relative(site, path)}`);
  const pages = all
    .filter((path) => path.endsWith('index.html'))
    .map((path) => path.replace(/\/?index\.html$/, '') || '/');
  const files = all.filter((path) => /\.(js|css|woff2|svg|png|webmanifest)$/.test(path));
  const name = shortHash(all.map((path) => readFileSync(join(site, path), 'base64')).join());
  const code = readFileSync(new URL('./service-worker.js', import.meta.url), 'utf8');
  writeFileSync(join(site, 'sw.js'), `const BUILD = ${JSON.stringify({ name, pages, files })};\n${code}`);
}

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
cpSync(from, site, { recursive: true });
const pages = filesBelow(site).filter((path) => path.endsWith('.html'));
pages.forEach(rewritePage);
writeWorker();
filesBelow(site).forEach(compress);
writeFileSync(join(to, 'csp.conf'), policy());
process.stdout.write(`${pages.length} pages in ${relative(process.cwd(), to) || '.'}\n`);
