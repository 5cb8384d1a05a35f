// The panel runs under `style-src 'self' 'nonce-…'` and `script-src 'self'`, without 'unsafe-inline'. How:
// - index.html carries <meta name="csp-nonce" content="__CSP_NONCE__">. For each answer the server draws a random nonce, writes
//   it over the placeholder, and names the same nonce in style-src of the Content-Security-Policy header. So index.html must not
//   be cached; everything it points to is a hashed file and may be cached for ever.
// - Mantine writes <style> elements for its variables and media queries: MantineProvider asks `styleNonce` for their nonce. The
//   scroll lock under modals and drawers writes one too, and looks for its nonce in `__webpack_nonce__`.
// - React sets `style={…}` through the CSSOM, which no policy restricts. There are no inline scripts.
// In development nothing replaces the placeholder and no policy is sent; an unused nonce does no harm.
declare global {
  var __webpack_nonce__: string | undefined;
}

export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

export function shareNonce(): void {
  globalThis.__webpack_nonce__ = styleNonce();
}
