// Builds the customers' chat and the desk's script into disputes/site/static: no requests of their own, the same bytes
// every time.
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, "../disputes/site/static");
/** Each script with its entry and the most it may weigh, packed. Customers wait for theirs on a telephone. */
const scripts = [
  { name: "widget", entry: "src/main.ts", limit: 30 * 1024 },
  { name: "desk-chat", entry: "src/desk/main.ts", limit: 40 * 1024 },
];

/** Style sheets become strings for adoptedStyleSheets. The site's tokens move from :root to :host, and from rem to px:
 *  the page the widget stands on may have set any size on its root element. */
const styles = {
  name: "styles",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      let css = await readFile(path, "utf8");
      if (path.endsWith("tokens.css")) {
        css = css
          .replace(/:root(:not\([^)]*\)|\[[^\]]*\])/g, ":host($1)")
          .replace(/:root/g, ":host")
          .replace(/([\d.]+)rem/g, (_, rem) => `${Number(rem) * 16}px`);
      }
      const { code } = await esbuild.transform(css, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: Object.fromEntries(scripts.map(({ name, entry }) => [name, entry])),
  outdir: relative(here, target),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* Chat of casened.com disputes. Built from widget/ by `npm run build`; do not edit. */" },
  plugins: [styles],
};

if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
  console.log("watching");
} else {
  await esbuild.build(options);
  for (const { name, limit } of scripts) {
    const bytes = await readFile(join(target, `${name}.js`));
    const packed = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name}.js: ${bytes.length} bytes, ${packed} bytes gzip (limit ${limit})`);
    if (packed > limit) {
      console.error(`${name}.js is over its limit`);
      process.exitCode = 1;
    }
  }
}
