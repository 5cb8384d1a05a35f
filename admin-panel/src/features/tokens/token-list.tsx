import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { revokeToken, tokensKey, type ApiToken } from "./api";
import classes from "./token-list.module.css";

import { Confirm } from "@/components/confirm";
import { TimeAgo } from "@/components/time";
import { notify } from "@/lib/notify";


export const TokenList = ({ tokens }: { tokens: ApiToken[] }) => (
  <ul className={classes.list}>{tokens.map((token) => <TokenRow key={token.id} token={token} />)}</ul>
);

function TokenRow({ token }: { token: ApiToken }) {
  const revoke = useRevoke(token);
  return (
    <li className={classes.item}>
      <div className={classes.what}>
        <div className={classes.name}>{token.name}</div>
        <div className={classes.dim}>{token.role}</div>
      </div>
      <dl className={classes.times}>
        <div><dt>Created</dt><dd><TimeAgo at={token.createdAt} /></dd></div>
        <div><dt>Last used</dt><dd>{token.lastUsedAt ? <TimeAgo at={token.lastUsedAt} /> : "never"}</dd></div>
        <div><dt>Expires</dt><dd>{token.expiresAt ? <TimeAgo at={token.expiresAt} /> : "never"}</dd></div>
      </dl>
      <Confirm title={`Revoke ${token.name}?`} text="Programs that use it are refused from now on." verb="Revoke token" onConfirm={revoke.mutate}>
        {(open) => <Button variant="default" size="xs" aria-label={`Revoke ${token.name}`} loading={revoke.isPending} onClick={open}>Revoke</Button>}
      </Confirm>
    </li>
  );
}

function useRevoke(token: ApiToken) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => revokeToken(token.id),
    onError: notify.failed,
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: tokensKey });
      notify.done(`${token.name} is revoked.`);
    },
  });
}
