import { type DeliveryMeans, deliverMessage } from "../desk/deliver-message.ts";
import type { DeliveryPayload } from "../desk/delivery-jobs.ts";
import type { NotificationPayload } from "../desk/notifications.ts";
import { sendNotification } from "../desk/send-notification.ts";
import { type SystemMailPayload, sendSystemMail } from "../desk/system-mail.ts";
import type { JobKind, Task } from "../queue/queue.ts";

/** The jobs that wait for other people's servers: their worker runs several side by side, and keeps nobody else waiting. */
export function deliveryTasks(means: DeliveryMeans): Partial<Record<JobKind, Task>> {
  return {
    "deliver-message": async (job) => {
      await deliverMessage(means, job, JSON.parse(job.payload) as DeliveryPayload);
    },
    "send-system-mail": async (job) => {
      await sendSystemMail(means, job, JSON.parse(job.payload) as SystemMailPayload);
    },
    "notify-user": async (job) => {
      await sendNotification(means, job, JSON.parse(job.payload) as NotificationPayload);
    },
  };
}
