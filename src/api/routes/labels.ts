import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { createLabel, deleteLabel, updateLabel } from "../../desk/labels.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import { findLabel, listLabels } from "../../storage/labels.ts";
import { pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentLabel } from "../present/label.ts";
import type { Router } from "../router.ts";
import { CreateLabel, Label, UpdateLabel } from "../schemas/labels.ts";

export function declareLabels(router: Router): void {
  const { db } = router.context;
  const tag = "Labels";
  const path = "/labels/:label_id";

  router.read(
    "/labels",
    { tag, summary: "List labels", parameters: OF_WHOLE, collection: true, answer: Type.Array(Label), status: 200 },
    async ({ account, query }) => {
      const labels = await listLabels(db, account.id);
      const asked = readFields(query);
      const body = labels.map((label) => presentLabel(label, asked));
      return query.isTrue("count") ? { status: 200, body, total: labels.length } : ok(body);
    },
  );

  router.read(
    path,
    { tag, summary: "Get a label", parameters: OF_RESOURCE, answer: Label, status: 200 },
    async (call) => {
      const label = await findLabel(db, call.account.id, pathId(call, "label_id"));
      if (label === undefined) throw new NotFound();
      return ok(presentLabel(label, readFields(call.query)), label.version);
    },
  );

  router.write(
    "POST",
    "/labels",
    { tag, summary: "Create a label", parameters: OF_RESOURCE, body: CreateLabel, answer: Label, status: 201 },
    async (tx, call) => {
      const { account, query, request } = call;
      const faults = new Faults();
      const label = await createLabel(tx, account.id, checkBody(CreateLabel, request.body, faults), faults);
      await recordAudit(tx, call, { action: "label.created", subject: label.id, details: { name: label.name } });
      return created(presentLabel(label, readFields(query)), `/labels/${label.id}`, label.version);
    },
  );

  router.write(
    "PATCH",
    path,
    {
      tag,
      summary: "Change a label",
      parameters: OF_RESOURCE,
      body: UpdateLabel,
      answer: Label,
      status: 200,
      least: "admin",
    },
    async (tx, call) => {
      const { account, query, request } = call;
      const faults = new Faults();
      const input = checkBody(UpdateLabel, request.body, faults);
      const condition = readPrecondition(request.headers["if-match"]);
      const before = await findLabel(tx, account.id, pathId(call, "label_id"));
      const label = await updateLabel(tx, account.id, pathId(call, "label_id"), input, faults, condition);
      if (label.version !== before?.version) {
        const details = { name: [before?.name, label.name], color: [before?.color, label.color] };
        await recordAudit(tx, call, { action: "label.updated", subject: label.id, details });
      }
      return ok(presentLabel(label, readFields(query)), label.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Delete a label", parameters: [ENVELOPE], status: 204, least: "admin" },
    async (tx, call) => {
      const label = await findLabel(tx, call.account.id, pathId(call, "label_id"));
      await deleteLabel(tx, call.account.id, pathId(call, "label_id"));
      await recordAudit(tx, call, { action: "label.deleted", subject: label?.id, details: { name: label?.name } });
      return NO_CONTENT;
    },
  );
}
