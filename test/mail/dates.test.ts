import { expect, test } from "vitest";
import { readMailDate } from "../../src/mail/mail-date.ts";
import { parseFixture } from "./fixture.ts";

test.each([
  ["Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06.000Z"],
  ["21 Nov 97 09:55 GMT", "1997-11-21T09:55:00.000Z"],
  ["21 Nov 26 09:55:06 EST", "2026-11-21T14:55:06.000Z"],
  ["Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06.000Z"],
  ["Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", "1969-02-14T03:02:00.000Z"],
  ["Tue, 04 Dec 2001 17:11:25 -0459", "2001-12-04T22:10:25.000Z"],
  ["Wed, 9 Jan 2002 19:47:50 MST", "2002-01-10T02:47:50.000Z"],
  ["Mon May  2 16:07:05 2005", "2005-05-02T16:07:05.000Z"],
  ["Mon May  2 16:07:05 EDT 2005", "2005-05-02T20:07:05.000Z"],
  ["2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00.000Z"],
  ["May 8, 2005 1:17 PM", "2005-05-08T13:17:00.000Z"],
  ["2-Mar-2026 10:00:00 GMT+0200", "2026-03-02T08:00:00.000Z"],
  ["Tue, 12 Oct 2010 16:21:05 H0500", "2010-10-12T16:21:05.000Z"],
  ["Wed, 15 Dec 2010    59:10 -0500", "2010-12-15T05:00:00.000Z"],
])("the date %s is %s", (text, iso) => {
  expect(readMailDate(text).date?.toISOString()).toBe(iso);
});

test.each(["", "yesterday", "Mon, 30 Jun 3609 15:33:50 +0600", "31 Feb 2026 10:00:00 +0000", "<HR>"])(
  "no date is read from %j, and the reason is told",
  (text) => {
    const { date, problem } = readMailDate(text);
    expect(date).toBeNull();
    expect(problem).not.toBeNull();
  },
);

test("a message with an unreadable date is read all the same", async () => {
  const parsed = await parseFixture("date-broken.eml");
  expect(parsed.date).toBeNull();
  expect(parsed.text).toBe("body");
  expect(parsed.problems).toContain("the date cannot be read");
});
