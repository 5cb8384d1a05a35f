const TRY_AGAIN = "Try again; if it goes on, an admin finds the reason in the web process's log.";

/** Why the server let nobody in, by its code: no text is taken from the address, which anybody can write. */
const SENTENCES: Record<string, (provider: string) => string> = {
  cancelled: (provider) => `The sign-in with ${provider} was cancelled.`,
  expired: () => "That sign-in took too long, or was begun in another browser. Start again.",
  failed: (provider) => `The answer from ${provider} could not be trusted. ${TRY_AGAIN}`,
  "no-role": () => "Your account may not use Slipway: nobody has given it a role. Ask an admin.",
  "not-allowed": (provider) => `This ${provider} account may not use Slipway. Sign in with another one, or ask an admin to be let in.`,
  "provider-away": (provider) => `${provider} does not answer at the moment. ${TRY_AGAIN}`,
  unverified: (provider) => `Your e-mail address is not verified at ${provider}. Verify it there, then sign in again.`,
};

export const refusalFor = (code: string | undefined, provider: string | null | undefined): string | undefined =>
  code && Object.hasOwn(SENTENCES, code) ? SENTENCES[code]?.(provider ?? "the provider") : undefined;
