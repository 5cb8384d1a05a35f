import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

import { budget } from "./budget.ts";

// Where people arrive: nobody should wait there for what only other pages need.
const SHELL = "/app/layout/shell.tsx";
const ARRIVALS = {
  "/sign-in": ["/features/auth/sign-in-page.tsx"],
  "/jobs": [SHELL, "/features/jobs/jobs-page.tsx"],
};
const PROXIED = ["/api", "/healthz", "/readyz", "/task-status", "/flower"];

export default defineConfig(({ mode }) => {
  const api = loadEnv(mode, ".", "VITE_").VITE_API_URL || "http://localhost:8000";
  return {
    plugins: [react(), budget(ARRIVALS)],
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    server: {
      port: 5173,
      strictPort: true,
      // The Host header stays the panel's own: the API compares it with Origin before it accepts an unsafe request.
      proxy: Object.fromEntries(PROXIED.map((path) => [path, { target: api, changeOrigin: false }])),
    },
    // Inlined data: URLs would need `img-src data:` in the content security policy.
    build: {
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: "base", test: /node_modules/, minShareCount: 8 }] } } },
    },
    test: {
      environment: "jsdom",
      setupFiles: ["./src/testing/setup.ts"],
      // One document for all files: to make one for each takes ten times as long as the tests.
      isolate: false,
      // Only what a test asserts about is of interest; stylesheets are not.
      css: false,
    },
  };
});
