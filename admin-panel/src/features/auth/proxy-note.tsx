import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { Refusal } from "./refusal";
import { useEnter } from "./use-enter";

/** Whoever sees this came past the proxy, or the proxy did not say who they are. */
export function ProxyNote({ next }: { next: string | undefined }) {
  const enter = useEnter(next);
  const retry = useMutation({ mutationFn: enter });
  return (
    <>
      {retry.error && <Refusal>{retry.error.message}</Refusal>}
      <Text size="sm" c="dimmed" ta="center">
        A proxy in front of Slipway signs people in, and it has not told who you are. Open Slipway through the proxy’s address.
      </Text>
      <Button onClick={() => retry.mutate()} loading={retry.isPending} fullWidth>Try again</Button>
    </>
  );
}
