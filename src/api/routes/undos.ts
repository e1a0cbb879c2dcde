import { takeBack } from "../../desk/undos.ts";
import { pathId } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { runInSteps } from "../conventions/idempotency.ts";
import { ENVELOPE } from "../parameters.ts";
import type { Router } from "../router.ts";
import { Undone } from "../schemas/undos.ts";

export function declareUndos(router: Router): void {
  const { db } = router.context;

  router.writeAfter(
    "POST",
    "/undos/:undo_id",
    {
      tag: "Undo",
      summary: "Take back what you just did",
      parameters: [ENVELOPE],
      answer: Undone,
      status: 200,
    },
    async (call) =>
      await runInSteps(db, call.idempotent, async () => {
        const id = pathId(call, "undo_id");
        return ok({ id, ...(await takeBack(db, call.account.id, call.actor, id)) });
      }),
  );
}
