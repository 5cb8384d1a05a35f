import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Webhook } from "./api";

import { DeliveryList } from "@/components/delivery-list";
import { Empty, Loaded } from "@/components/states";
import { deliveriesToQuery } from "@/lib/deliveries";


export const SentDialog = ({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) => (
  <Modal opened onClose={onClose} title={`Last deliveries to ${webhook.host}`} size="lg" closeButtonProps={{ "aria-label": "Close" }}>
    <Loaded query={useQuery(deliveriesToQuery(webhook.id))}>
      {(deliveries) => deliveries.length > 0 ? <DeliveryList deliveries={deliveries} told="job" /> : <Empty title="Nothing sent yet" icon="send">A test shows whether the receiver takes it.</Empty>}
    </Loaded>
  </Modal>
);
