import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { AddUser } from "./add-user";
import { usersQuery } from "./api";
import { NewPassword, type Shown } from "./new-password";
import { UserList } from "./user-list";

import { Icon } from "@/components/icon";
import { Page, Panel } from "@/components/page";
import { Loaded } from "@/components/states";

export function UsersPage() {
  const query = useQuery(usersQuery);
  const [opened, { open, close }] = useDisclosure();
  const [shown, setShown] = useState<Shown>();
  const add = <Button leftSection={<Icon name="plus" />} onClick={open}>Add user</Button>;
  return (
    <Page title="Users" note="People who may sign in. A change is in force at their next request." actions={add}>
      <Panel flush>
        <Loaded query={query}>{(users) => <UserList users={users} onPassword={setShown} />}</Loaded>
      </Panel>
      <AddUser opened={opened} onClose={close} onPassword={setShown} />
      <NewPassword shown={shown} onClose={() => setShown(undefined)} />
    </Page>
  );
}
