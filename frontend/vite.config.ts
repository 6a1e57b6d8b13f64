import { defineConfig } from "vitest/config";

const api = "http://127.0.0.1:8080";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Nothing is inlined as a data address: the content security policy allows this host only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { overview: "index.html", components: "components.html" } },
  },
  server: { proxy: { "/api": { target: api, ws: true }, "/health": api } },
  test: { include: ["test/**/*.test.ts"], environment: "node", css: { include: /tokens\.css/ } },
});
