import { Button } from "@mantine/core";

type ContinueProps = { name: string; next: string | undefined };

/** A link, not a call: the whole page goes to the provider and comes back. */
export const ContinueWithProvider = ({ name, next }: ContinueProps) => (
  <Button component="a" href={`/api/auth/oauth/start${next ? `?${new URLSearchParams({ next }).toString()}` : ""}`} fullWidth>
    Continue with {name}
  </Button>
);
