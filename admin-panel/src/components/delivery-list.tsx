import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import classes from "./delivery-list.module.css";
import { StateBadge } from "./state-badge";
import { TimeAgo } from "./time";

import type { Delivery } from "@/lib/deliveries";

/** `told`: what the name of each line is, the receiver's host or the job that was told of. */
type DeliveryListProps = { deliveries: Delivery[]; told: "host" | "job" };

export const DeliveryList = ({ deliveries, told }: DeliveryListProps) => (
  <ul className={classes.list}>
    {deliveries.map((one) => (
      <li key={one.jobId} className={classes.item}>
        <div className={classes.line}>
          <StateBadge state={one.state} note={one.status ? String(one.status) : undefined} />
          <span className={classes.name}>{told === "host" ? one.host : <About delivery={one} />}</span>
          <span className={classes.when}><TimeAgo at={one.createdAt} /></span>
          <JobLink id={one.jobId} words="Delivery" />
        </div>
        {one.error && one.state !== "succeeded" && <div className={classes.error}>{one.error}</div>}
        {one.state === "retrying" && one.nextTryAt && <div className={classes.next}>Try {one.attempt + 1} <TimeAgo at={one.nextTryAt} /></div>}
      </li>
    ))}
  </ul>
);

const About = ({ delivery }: { delivery: Delivery }) =>
  delivery.aboutId ? <JobLink id={delivery.aboutId} words={`Job …${delivery.aboutId.slice(-8)}`} /> : <>A test</>;

const JobLink = ({ id, words }: { id: string; words: string }) => (
  <Anchor size="sm" renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: id }} {...props} />}>{words}</Anchor>
);
