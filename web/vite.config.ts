// Builds the app into dist/, which the headwater binary embeds.
// `npm run dev` serves it with reloading; HEADWATER_URL names the node that answers under /api.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const node = process.env.HEADWATER_URL ?? "http://127.0.0.1:7700";

export default defineConfig({
  base: "./",
  plugins: [svelte()],
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: {
    proxy: {
      "/api": {
        target: node,
        changeOrigin: true,
        // a node refuses unsafe requests from another origin, and here the origin is the development server
        configure: (proxy) => proxy.on("proxyReq", (request) => request.setHeader("origin", node)),
      },
    },
  },
});
