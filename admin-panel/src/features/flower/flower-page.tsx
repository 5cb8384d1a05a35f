import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { FlowerFrame } from "./flower-frame";
import classes from "./flower-page.module.css";
import { FlowerTrouble } from "./flower-trouble";

import { Icon } from "@/components/icon";
import { Page } from "@/components/page";
import { Loaded } from "@/components/states";
import { flowerAddress, flowerQuery, isBehindOurDoor, jobAt } from "@/lib/flower";

const route = getRouteApi("/panel/monitor");

/** Flower itself, in a frame that fills the page. The address of our page follows what the frame shows. */
export function FlowerPage() {
  const { path } = route.useSearch();
  return (
    <Page title="Flower" wide actions={<Ways place={path} />}>
      <div className={classes.box}>{isBehindOurDoor ? <BehindOurDoor place={path} /> : <FlowerFrame place={path} />}</div>
    </Page>
  );
}

function Ways({ place }: { place: string | undefined }) {
  const job = jobAt(place);
  return (
    <>
      {job && (
        <Button variant="default" leftSection={<Icon name="back" />} renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: job }} {...props} />}>
          Job …{job.slice(-8)}
        </Button>
      )}
      <Button variant="default" component="a" href={flowerAddress(place)} target="_blank" rel="noreferrer" leftSection={<Icon name="external" />}>
        Open in a tab
      </Button>
    </>
  );
}

function BehindOurDoor({ place }: { place: string | undefined }) {
  const query = useQuery(flowerQuery);
  return (
    <Loaded query={query} lines={8}>
      {(status) => (status.state === "ready" ? <FlowerFrame place={place} /> : <FlowerTrouble status={status} onRetry={() => void query.refetch()} />)}
    </Loaded>
  );
}
