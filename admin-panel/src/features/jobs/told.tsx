import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { DeliveryList } from "@/components/delivery-list";
import { Panel } from "@/components/page";
import { deliveriesAboutQuery } from "@/lib/deliveries";
import { isFinal, type Job } from "@/lib/jobs";


/** Who was told of the job's end, or will be. Most jobs tell nobody, and then there is nothing to see. */
export function Told({ job }: { job: Job }) {
  const deliveries = useQuery(deliveriesAboutQuery(job.id)).data ?? [];
  if (deliveries.length > 0) return <Panel title="Webhooks" flush><DeliveryList deliveries={deliveries} told="host" /></Panel>;
  if (!job.webhookHost || isFinal(job.state)) return null;
  return <Panel title="Webhooks"><Text size="sm">{job.webhookHost} is told when it ends.</Text></Panel>;
}
