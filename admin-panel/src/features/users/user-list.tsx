import { Button, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { changeRole, removeUser, resetPassword, usersQuery, type User } from "./api";
import type { Shown } from "./new-password";
import classes from "./user-list.module.css";

import { Confirm } from "@/components/confirm";
import { TimeAgo } from "@/components/time";
import { notify } from "@/lib/notify";
import { meQuery, ROLES, type Role } from "@/lib/session";

type OnPassword = (shown: Shown) => void;

export function UserList({ users, onPassword }: { users: User[]; onPassword: OnPassword }) {
  const me = useQuery(meQuery).data;
  return (
    <ul className={classes.list}>
      {users.map((user) => <UserRow key={user.id} user={user} self={user.name === me?.username} onPassword={onPassword} />)}
    </ul>
  );
}

function UserRow({ user, self, onPassword }: { user: User; self: boolean; onPassword: OnPassword }) {
  const { name, role, createdAt } = user;
  const change = useAction(changeRole, `${name} has another role.`);
  const reset = useAction(resetPassword);
  const remove = useAction(removeUser, `${name} is removed.`);
  const showNew = () => reset.mutate(name, { onSuccess: ({ password }) => password && onPassword({ name, password }) });
  return (
    <li className={classes.item}>
      <div className={classes.what}>
        <div className={classes.name}>{name}{self && <span className={classes.dim}> · you</span>}</div>
        <div className={classes.dim}>added <TimeAgo at={createdAt} /></div>
      </div>
      <Select aria-label={`Role of ${name}`} className={classes.role} size="xs" data={[...ROLES]} value={role} allowDeselect={false} disabled={change.isPending}
        onChange={(wanted) => wanted && wanted !== role && change.mutate({ name, role: wanted as Role })} />
      <Confirm title={`Reset the password of ${name}?`} text="The old one is refused from now on, and their sessions end." verb="Reset password" onConfirm={showNew}>
        {(open) => <Button variant="default" size="xs" aria-label={`Reset password of ${name}`} loading={reset.isPending} onClick={open}>Reset password</Button>}
      </Confirm>
      <Confirm title={`Remove ${name}?`} text="Their sessions and API tokens end at once." verb="Remove user" onConfirm={() => remove.mutate(name)}>
        {(open) => <Button variant="default" size="xs" aria-label={`Remove ${name}`} disabled={self} loading={remove.isPending} onClick={open}>Remove</Button>}
      </Confirm>
    </li>
  );
}

function useAction<Order, Answer>(mutationFn: (order: Order) => Promise<Answer>, done?: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn,
    onError: notify.failed,
    onSuccess: async () => {
      if (done) notify.done(done);
      await cache.invalidateQueries({ queryKey: usersQuery.queryKey });
    },
  });
}
