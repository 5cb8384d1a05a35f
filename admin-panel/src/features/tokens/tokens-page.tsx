import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";

import { tokensQuery } from "./api";
import { CreateToken } from "./create-token";
import { TokenList } from "./token-list";

import { Icon } from "@/components/icon";
import { LoadMore } from "@/components/load-more";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { flatten } from "@/lib/pages";


export function TokensPage() {
  const query = useInfiniteQuery(tokensQuery);
  const [opened, { open, close }] = useDisclosure();
  const tokens = flatten(query.data);
  const create = <Button leftSection={<Icon name="plus" />} onClick={open}>New token</Button>;
  return (
    <Page title="API tokens" note="For programs: sent as “Authorization: Bearer …”, each with a role of its own." actions={create}>
      <Panel flush>
        <Loaded query={query}>
          {() => tokens.length > 0 ? <TokenList tokens={tokens} /> : <Empty title="No tokens yet" icon="key">Make one for each program, so that one can be revoked without the others.</Empty>}
        </Loaded>
        <LoadMore query={query} />
      </Panel>
      <CreateToken opened={opened} onClose={close} />
    </Page>
  );
}
