// An OpenID provider on loopback, in the place of Okta, GitLab, GitHub or any other.
//
//   node provider.mjs '{"kind": "oidc", "port": 9000, "clients": [{"id": "…", "secret": "…", "redirectUris": ["…"]}]}'
//
// Whoever signs in is the e-mail address that they type, with any password; an address that begins with "unverified" is
// not verified. `groups` maps addresses to groups; `tls` names the files of a certificate: {"key": "…", "cert": "…"}.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";

import { Provider } from "oidc-provider";

// Where the real ones have their endpoints.
const ROUTES = {
  oidc: {},
  okta: { authorization: "/oauth2/v1/authorize", token: "/oauth2/v1/token", userinfo: "/oauth2/v1/userinfo" },
  gitlab: { authorization: "/oauth/authorize", token: "/oauth/token", userinfo: "/oauth/userinfo" },
  github: { authorization: "/login/oauth/authorize", token: "/login/oauth/access_token", userinfo: "/me" },
};

const { kind = "oidc", port, clients, groups = {}, tls } = JSON.parse(process.argv[2]);
const issuer = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
const isVerified = (email) => !email.startsWith("unverified");

const provider = new Provider(issuer, {
  routes: ROUTES[kind],
  scopes: ["openid", "email", "profile", "groups", "read_api", "user:email"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
  clients: clients.map(({ id, secret, redirectUris, authentication = "client_secret_basic" }) => ({
    client_id: id,
    client_secret: secret,
    redirect_uris: redirectUris,
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: authentication,
  })),
  cookies: { keys: ["for-tests-only"], names: { session: "op_session", interaction: "op_interaction", resume: "op_resume" } },
  pkce: { required: () => kind === "oidc" }, // Flower's handlers know none.
  features: { devInteractions: { enabled: true }, resourceIndicators: { enabled: false } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: isVerified(id), groups: groups[id] ?? [] }),
  }),
  loadExistingGrant: grantEverything, // No second page that asks for consent.
});

async function grantEverything(context) {
  const { client, session, params } = context.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

/** What GitLab and GitHub tell at their own APIs. */
const PEOPLE = {
  "/api/v4/user": (email) => ({ id: 1, email, username: email }),
  "/api/v3/user/emails": (email) => [
    { email: `other-${email}`, primary: false, verified: true },
    { email, primary: true, verified: isVerified(email) },
  ],
  "/api/v3/user": (email) => ({ login: email, email }),
};

provider.use(async (context, next) => {
  const tell = PEOPLE[context.path];
  if (!tell) return next();
  const [, token] = context.get("authorization").split(" ");
  const known = token && (await provider.AccessToken.find(token));
  context.status = known ? 200 : 401;
  context.body = known ? tell(known.accountId) : {};
});

// Its pages ask for a font from elsewhere.
provider.use(async (context, next) => {
  await next();
  if (typeof context.body === "string") context.body = context.body.replace(/@import url\([^)]*\);/g, "");
});

const files = tls && { key: readFileSync(tls.key), cert: readFileSync(tls.cert) };
const server = tls ? https.createServer(files, provider.callback()) : http.createServer(provider.callback());
server.listen(port, "127.0.0.1", () => console.log(`ready at ${issuer}`));
