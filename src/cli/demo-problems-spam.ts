/** What nobody asked for. The form is that of `demo-problems-orders.ts`. */
export const SPAM_PROBLEMS = `
# spam 1
s Your website could rank first
s Invoice overdue, open now
s Congratulations, you were chosen
c Dear owner, we looked at your website and can bring it to the first place within {n} days for only {amount}.
c Your parcel with {carrier} is waiting, pay {amount} by {day} to release it.
c You have won a {product}. Send us your bank details to receive it in {city}.
d This offer ends on {day}.
d We have {n} thousand happy clients.
a We have no need of this, thank you.
`;
