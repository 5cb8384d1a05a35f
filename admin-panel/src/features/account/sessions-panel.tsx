import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import classes from "./account-page.module.css";
import { endAllSessions, endSession, sessionsQuery, type Session } from "./api";
import { browserName } from "./browser-name";

import { Confirm } from "@/components/confirm";
import { Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { TimeAgo } from "@/components/time";
import { useLeave } from "@/lib/leave";
import { notify } from "@/lib/notify";


export function SessionsPanel() {
  const query = useQuery(sessionsQuery);
  return (
    <Panel title="Sessions" aside={<SignOutEverywhere />} flush>
      <Loaded query={query} lines={2}>
        {(sessions) => <ul className={classes.list}>{sessions.map((session) => <SessionRow key={session.id} session={session} />)}</ul>}
      </Loaded>
    </Panel>
  );
}

function SignOutEverywhere() {
  const leave = useLeave(endAllSessions);
  return (
    <Confirm title="Sign out everywhere?" text="Every session of yours ends, this one too." verb="Sign out everywhere" onConfirm={leave.mutate}>
      {(open) => <Button variant="default" size="xs" loading={leave.isPending} onClick={open}>Sign out everywhere</Button>}
    </Confirm>
  );
}

function SessionRow({ session }: { session: Session }) {
  const end = useEnd(session);
  const name = browserName(session.userAgent);
  return (
    <li className={classes.item}>
      <div className={classes.what}>
        <div className={classes.name} title={session.userAgent}>{name}</div>
        <div className={classes.dim}>
          {session.address && <>{session.address} · </>}signed in <TimeAgo at={session.createdAt} /> · seen <TimeAgo at={session.lastSeenAt} />
        </div>
      </div>
      {session.current
        ? <span className={classes.dim}>this one</span>
        : <Button variant="default" size="xs" aria-label={`End the session of ${name}`} loading={end.isPending} onClick={() => end.mutate()}>End</Button>}
    </li>
  );
}

function useEnd(session: Session) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => endSession(session.id),
    onError: notify.failed,
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      notify.done("The session has ended.");
    },
  });
}
