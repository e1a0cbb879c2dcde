/**
 * What customers of a shop write about: orders, parcels, money. Read by `demo-text.ts`: `#` starts a problem with its
 * label and how common it is; then subjects (`s`), how the customer says it (`c`), details that may follow (`d`) and
 * what an agent answers (`a`). All of it is made up; words in braces are filled in.
 */
export const ORDER_PROBLEMS = `
# shipping 30
s Order {order} has not arrived
s Where is my {product}?
s Parcel stuck with {carrier}
c I ordered a {product} on {day} and it still has not come. The order number is {order}.
c My order {order} was supposed to be here on {day}. Could you tell me where it is?
c The tracking page of {carrier} has said "in transit" for {n} days now. It is about order {order}.
d The parcel was last seen in {city}.
d It is a birthday present, so I am getting a little nervous.
d I have already called {carrier}, they only told me to ask the sender.
a I have opened a search with {carrier} for order {order}. They answer within two working days.
a Your parcel was held up in the depot in {city} and is on its way again. It should reach you by {day}.
a I am sending a new {product} today at our cost. If the first one turns up after all, simply refuse it.

# shipping 12
s Wrong delivery address for {order}
s Please change the address
c I moved to {city} last month and forgot to change my address before I placed order {order}. Can you still correct it?
c There is a typing error in the street of order {order}. Could you fix that before it leaves?
d The new address is in my account now.
d The billing address stays as it is.
a The label was not printed yet, so I could change the address. You will get a new confirmation.
a The parcel has already left. I asked {carrier} to send it on to {city}, which costs a day.

# shipping 8
s Delivered but nothing here
s {carrier} says delivered, my letterbox says no
c According to {carrier} my order {order} was delivered on {day}, but nobody here has seen it.
c The courier marked {order} as delivered to a neighbour. None of my neighbours has a parcel for me.
d We have cameras at the door, nobody came that day.
d I asked on every floor.
a That is annoying. I have asked {carrier} for the proof of delivery and will write as soon as I have it.
a The courier left it at a pick-up point in {city}. You can collect it with your identity card.

# returns 16
s Return of {product}
s How do I send back order {order}?
c I would like to return the {product} from order {order}. What do I have to do?
c The {product} is a bit smaller than I thought. Can I exchange it for the next size?
d It has not been used and is still in its box.
d I have thrown the box away, is that a problem?
a Here is a return label for order {order}. Any box will do, as long as the {product} cannot move in it.
a Of course. Send it back within 30 days and we ship the other size as soon as yours is scanned.

# returns 9
s {product} arrived broken
s Damaged parcel
c The {product} arrived with a crack across the side. A photo is attached.
c I unpacked order {order} today and the {product} is in two pieces.
d The box itself looked fine from outside.
d I would rather have a replacement than the money.
a I am sorry that it came like that. A replacement leaves our warehouse on {day}; you may keep the broken one.
a Thank you for the photo. I have told our packers, and refunded {amount} to your card.

# returns 6
s Wrong item in the box
s This is not what I ordered
c I ordered a {product} and got something else entirely. The order number is {order}.
c Two of the three things in order {order} are right, but the {product} is the wrong colour.
d The packing slip lists the right one.
a Sorry for the mix-up. The right {product} is on its way, and a label for the wrong one is attached.

# refund 14
s Refund for {order}
s Still waiting for my money
c I returned the {product} {n} days ago and have not seen the refund of {amount} yet.
c You wrote on {day} that {amount} would be refunded. My bank has nothing.
d I paid by credit card.
d I paid by bank transfer, do you need my account number?
a The refund of {amount} left us on {day}. Banks take up to five working days to show it.
a The return had not been booked in. I have done that by hand and sent {amount} just now.

# refund 8
s Charged twice
s Double payment for order {order}
c My card was charged {amount} twice for order {order}.
c There are two payments of {amount} on my statement, both from {day}, but I only ordered once.
d One of them is still marked as pending.
a One of the two is a reservation that your bank releases by itself. Only one payment of {amount} reached us.
a You are right, that was our mistake. The second {amount} goes back to your card today.

# billing 18
s Invoice for order {order}
s Please send me the invoice
c Could you send me the invoice for order {order} as a PDF? I need it for my bookkeeping.
c The invoice of {day} lacks our VAT number. Can you issue it again?
d The company name should read as in my account.
d Our accountant closes the month on {day}.
a The invoice for {order} is attached. You also find all invoices under Account, Billing.
a I have issued the invoice again with the VAT number; the old one is cancelled.

# billing 10
s Discount code does not work
s Voucher refused at checkout
c The discount code from your newsletter is refused at checkout: "code not valid for this basket".
c I have a voucher of {amount}, but the shop does not take it for the {product}.
d I tried it with {browser} and on my phone.
a The code is for orders above {amount}. I have added the discount to order {order} by hand.
a That voucher had run out on {day}. I have made it valid for another month.

# billing 7
s Payment failed
s Card declined for order {order}
c My card is declined each time I try to pay {amount}, though it works everywhere else.
c The payment for {order} failed, but the money was reserved on my account.
d My bank says that the request never reached them.
a Your bank asks for a second confirmation that was not completed. Please try again and keep the page open.
a The reservation falls away within a day. You can pay again with the link in your order.

# how-to 8
s Is the {product} available again?
s When will the {product} be back?
c I have been waiting for the {product} to be back in stock. Do you know when?
c Your page says that the {product} is sold out in {city}. Is there one in another store?
d I would take any colour.
a The next delivery comes on {day}. I have put you on the list, and you get a mail as soon as it is here.
a We have one left in {city}. Shall I set it aside for you?

# how-to 6
s Question about the {product}
s Does the {product} fit?
c Before I order: can the {product} go into the dishwasher?
c How heavy is the {product}, and does it come with a warranty?
d I could not find it on the product page.
a It weighs about {n} hundred grams and has a warranty of two years. I have added that to the page.
a Yes, that is fine up to 60 degrees.

# partner 3
s Bulk order of {n} dozen {product}
s Prices for resellers
c We run a small shop in {city} and would like to sell your {product}. Do you have prices for resellers?
c We need {n} dozen {product} for a conference on {day}. What would that cost?
d We would need them with our logo.
a I have passed this on to our partner team in {city}; they call you before {day}.
a An offer is attached. It holds for 30 days.

# shipping 5
s Commande {order} non reçue
s Où est mon colis ?
c Bonjour, ma commande {order} n'est toujours pas arrivée. Le suivi indique « en transit » depuis {n} jours.
d C'est un cadeau d'anniversaire, c'est un peu urgent.
a Votre colis est bloqué au dépôt de {city}. Le transporteur {carrier} le livre au plus tard le {day}.

# refund 4
s Rückerstattung für Bestellung {order}
s Ich warte noch auf mein Geld
c Guten Tag, vor {n} Tagen habe ich die Ware zurückgeschickt, aber die Rückerstattung über {amount} fehlt noch.
d Bezahlt habe ich per Überweisung.
a Die Erstattung über {amount} haben wir am {day} angewiesen. Bitte rechnen Sie mit drei bis fünf Banktagen.

# billing 4
s Necesito la factura del pedido {order}
c Buenos días, ¿me pueden enviar la factura del pedido {order}? La necesito para la contabilidad.
d El nombre de la empresa está en mi cuenta.
a Le adjunto la factura del pedido {order}. También la encuentra en su cuenta, en Facturación.

# shipping 3
s 注文{order}がまだ届きません
c お世話になります。注文番号{order}の商品がまだ届いておりません。配送状況を確認していただけますか。
d 誕生日の贈り物なので、少し急いでいます。
a ご連絡ありがとうございます。荷物は{day}までにお届けできる見込みです。
`;
