import { notifications } from "@mantine/notifications";

export const notify = {
  done: (message: string) => notifications.show({ message, color: "green", withBorder: true }),
  failed: (error: Error) =>
    notifications.show({ title: "That did not work", message: error.message, color: "red", withBorder: true, autoClose: 8000 }),
};
