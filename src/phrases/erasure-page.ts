// What the page of an erasure says, in every language: each sentence is true at the moment it is shown, and says what is not in our hands.

import type { Language } from "./catalogue.ts"
import { piecesOf, type PagePieces, type PageValues } from "./page-pieces.ts"

const en = {
  title_open: "Your data is being deleted",
  title_done: "Your data is deleted",
  lead_open: "This page says how far it is. You need not do anything; look again when you like.",
  lead_done: "Nothing of it is used here any more, and nothing of it can be read here any more.",
  ended: "Gone from use since {date}: nothing about you is read, told or sent any more.",
  ended_soon: "Gone from use: being done now, within minutes.",
  wiped:
    "Deleted on {date}: the conversation, your choices, who you are at {bank}, and the keys to all of it.",
  wiped_soon: "Deleted: follows within minutes.",
  done: "No access to {bank} is left here since {date}: its key is destroyed, and {bank} was asked to end whatever it had given.",
  done_soon:
    "Access to {bank}, where there was any, is being ended. If {bank} does not answer, its key is destroyed all the same within three days.",
  unreadable:
    "Copies against disasters still hold what was deleted, encrypted. No one can read it here, and from {date} no one at all.",
  transit:
    "Messages of {bank} that were on their way at that moment, or set aside because something failed, cannot be read by anyone from {date}.",
  unreadable_soon:
    "Copies against disasters still hold what is deleted, encrypted, for 30 days after that. The day stands here as soon as it is known.",
  rest: "What stays, and why",
  record:
    "Where an account was connected: a record that you allowed it and ended it, without your name, for three years. {bank} must be able to prove what was agreed.",
  bank: "What {bank} itself keeps about your accounts. Ask {bank} about that.",
  messenger_title: "What stands in Messenger",
  messenger:
    "The messages in the chat are Meta’s copies; this service cannot delete them. In Messenger, open the chat, tap the name at the top, then delete the chat. All that Meta holds about you: Facebook settings, “Your information”.",
  kept: "Code {code}. This page is kept for 180 days after everything is done.",
  none_title: "No such deletion",
  none: "There is no deletion under this code. If you asked just now, look again in a minute. The page of a deletion is kept for 180 days after it is done.",
} as const
type Key = keyof typeof en

const ar: Readonly<Record<Key, string>> = {
  title_open: "يجري حذف بياناتكم",
  title_done: "حُذفت بياناتكم",
  lead_open: "تبيّن هذه الصفحة ما تم حتى الآن. لا يلزمكم فعل شيء؛ عودوا إليها متى شئتم.",
  lead_done: "لم يعد يُستخدم منها شيء هنا، ولم يعد يمكن قراءة شيء منها هنا.",
  ended: "خرجت من الاستخدام منذ {date}: لا يُقرأ عنكم شيء ولا يُرسل شيء بعد ذلك.",
  ended_soon: "الخروج من الاستخدام: يجري الآن، خلال دقائق.",
  wiped: "حُذفت في {date}: المحادثة، واختياراتكم، ومن تكونون لدى {bank}، ومفاتيح ذلك كله.",
  wiped_soon: "الحذف: يتبع خلال دقائق.",
  done: "لا إذن لدى {bank} باقٍ هنا منذ {date}: أُتلف مفتاحه، وطُلب من {bank} إنهاء ما كان قد منحه.",
  done_soon: "يجري إنهاء الإذن لدى {bank} إن وُجد. وإن لم يُجب {bank} فسيُتلف مفتاحه خلال ثلاثة أيام على كل حال.",
  unreadable:
    "النسخ المخصصة للكوارث ما زالت تحوي ما حُذف مشفّرًا. لا يستطيع أحد قراءته هنا، ولا يستطيع أحد إطلاقًا ابتداءً من {date}.",
  transit: "رسائل {bank} التي كانت في طريقها حينها، أو نُحّيت لخلل ما، لا يستطيع أحد قراءتها ابتداءً من {date}.",
  unreadable_soon: "النسخ المخصصة للكوارث تحوي ما يُحذف مشفّرًا مدة 30 يومًا بعد ذلك. يُذكر اليوم هنا حالما يُعرف.",
  rest: "ما يبقى، ولماذا",
  record:
    "إن كان حساب قد رُبط: سجلّ بأنكم سمحتم بذلك ثم أنهيتموه، دون اسمكم، لثلاث سنوات. على {bank} أن يستطيع إثبات ما اتُّفق عليه.",
  bank: "ما يحتفظ به {bank} نفسه عن حساباتكم. اسألوا {bank} عنه.",
  messenger_title: "ما في ماسنجر",
  messenger:
    "الرسائل في المحادثة نسخ لدى Meta، ولا تستطيع هذه الخدمة حذفها. في ماسنجر افتحوا المحادثة، واضغطوا الاسم في أعلاها، ثم احذفوا المحادثة. ولكل ما لدى Meta عنكم: إعدادات فيسبوك، «معلوماتك».",
  kept: "الرمز {code}. تبقى هذه الصفحة 180 يومًا بعد تمام كل شيء.",
  none_title: "لا يوجد حذف كهذا",
  none: "لا يوجد حذف بهذا الرمز. إن طلبتموه الآن فعودوا بعد دقيقة. تبقى صفحة الحذف 180 يومًا بعد تمامه.",
}

const CATALOGUES: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { en, ar }
export type ErasurePageKey = Key

/** A sentence in pieces: plain text, and values that stand in it. @throws Error where a value it names is missing */
export function erasurePieces(language: Language, key: Key, values: PageValues = {}): PagePieces {
  return piecesOf(CATALOGUES[language][key], key, values)
}
