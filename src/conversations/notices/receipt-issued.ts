// `bank.receipt.issued.v1`: Messenger's own receipt where the person's region takes it and amounts are shown, else one line of text.

import type { ReceiptIssued } from "../../banks/event.ts"
import type { ReceiptMessage } from "../../messenger/message.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import { formatDay } from "../../phrases/format.ts"
import type { Notice, NoticeContext } from "./notice.ts"
import { nameAmount, nameOutsider, nameReference } from "./words.ts"

const TEMPLATE = "receipt_notice_v1"

export const receiptNotice: Notice<ReceiptIssued> = {
  accountOf: () => undefined,
  compose(event, context) {
    const { language, grant } = context
    const merchant = nameOutsider(language, event.merchant) || phrase(language, "someone")
    const order = nameReference(language, event.orderNumber)
    const date = formatDay(language, event.issuedAt, context.bank.timeZone)
    const template = {
      kind: "template",
      name: TEMPLATE,
      language,
      body: [merchant, date, order],
    } as const
    if (!grant.showAmounts) {
      const text = phrase(language, "receipt_hidden", { merchant, order, date })
      return { message: { kind: "text", text }, template }
    }
    const amount = nameAmount(language, event.totals.total)
    const text = phrase(language, "receipt", { merchant, amount, order, date })
    return { message: { kind: "text", text }, rich: receiptOf(event, context, merchant, order), template }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Your receipt from {{1}} of {{2}} is here, order {{3}}. Write to us here to see more.",
      examples: ["Corner Bakery", "22 Nov", "HB-7741"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "وصل إيصالكم من {{1}} بتاريخ {{2}}، الطلب {{3}}. اكتبوا إلينا هنا لمعرفة المزيد.",
      examples: ["مخبز الزاوية", "22 نوفمبر", "HB-7741"],
    },
  ],
}

function receiptOf(
  event: ReceiptIssued,
  { language }: NoticeContext,
  merchant: string,
  order: string,
): ReceiptMessage {
  const { total, subtotal, shipping, tax } = event.totals
  const fallback = phrase(language, "receipt_line")
  return {
    kind: "receipt",
    // The bank sends no name, and none is looked up for this.
    recipientName: phrase(language, "receipt_you"),
    merchantName: merchant,
    orderNumber: order,
    currency: total.currency,
    paymentMethod: paymentOf(language, event.payment),
    orderedAt: event.issuedAt,
    lines: event.lines.map(({ title, quantity, price }) => ({
      title: nameOutsider(language, title) || fallback,
      quantity,
      price: price.value,
    })),
    totals: {
      total: total.value,
      ...(subtotal ? { subtotal: subtotal.value } : {}),
      ...(shipping ? { shipping: shipping.value } : {}),
      ...(tax ? { tax: tax.value } : {}),
    },
  }
}

/** `Visa ••4821`. */
function paymentOf(language: Language, payment: ReceiptIssued["payment"]): string {
  const brand = nameOutsider(language, payment?.brand) || phrase(language, "kind_card")
  return payment?.last4 === undefined ? brand : `${brand} ••${payment.last4}`
}
