// Free text to intent, by one table of phrases and patterns a language; all languages are tried, the person's own first.
// Urgent meanings win over everything. No learning here: a classifier stands behind this table where it exists.

import { LANGUAGES, phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { URGENT, type Intent } from "./intent.ts"

/** Longer texts are a story, not a command: only urgent patterns are looked for in them. */
const COMMAND_CHARS_MAX = 120

/** Patterns are held against normalised text: they are written in its letters. */
interface Vocabulary {
  readonly [intent: string]: {
    readonly exact?: readonly string[]
    readonly pattern?: RegExp
    /** What the pattern would catch and does not mean: taking something back is said with the same words. */
    readonly unless?: RegExp
  }
}

const UNFREEZE = {
  en: /\b(unfreeze|unblock|unlock|reactivate|enable)\b.{0,20}\bcards?\b|\b(remove|lift|undo|cancel|end)\b.{0,12}\b(freeze|block)\b.{0,20}\bcards?\b|\buse my card again\b/,
  ar: /(فك|الغاء|ازاله|رفع).{0,8}(تجميد|حظر).{0,12}(بطاق)|استخدام بطاقتي من جديد/,
}

/** A new PIN is a change; asking for the one there is asks for a number. */
const PIN_ANEW = {
  en: /\b(change|reset|new)\b.{0,10}\b(pin|password)\b/,
  ar: /(تغيير|اغير|استعاده).{0,6}(الرقم السري|كلمه المرور|كلمه السر)/,
}

/** What is asked of a transfer that was made: its payment is meant. */
const HAPPENED = {
  en: /\b(did|was|were|arrived?|received|show|list|last|latest|recent)\b|\b(has|have|had) (my|the|it|that|this)\b|\bwhere (is|s)\b/,
  ar: /وصل|استلم|(^| )تم( |$)|(^| )اين( |$)|اخر/,
}

const VOCABULARY: Readonly<Record<Language, Vocabulary>> = {
  en: {
    stop_balances: {
      pattern:
        /\b(stop|no more|turn off|switch off|mute) (the |my |all )?(balances\b|balance (alerts?|updates?|messages?|notifications?))/,
    },
    stop_payments: {
      pattern:
        /\b(stop|no more|turn off|switch off|mute) (the |my |all )?((payments|transactions)\b|(payment|transaction) (alerts?|updates?|messages?|notifications?))/,
    },
    stop_fraud: {
      pattern:
        /\b(stop|no more|turn off|switch off|mute) (the |my |all )?fraud (alerts?|warnings?|messages?)/,
    },
    stop_receipts: { pattern: /\b(stop|no more|turn off|switch off|mute) (the |my |all )?receipts?\b/ },
    stop_parcels: {
      pattern:
        /\b(stop|no more|turn off|switch off|mute) (the |my |all )?(parcels?|shipping|deliver(y|ies))\b/,
    },
    fraud: {
      pattern:
        /\b(fraud(ulent)?|scam(med)?|hacked|(was|is|s) ?n(o| )?t (me|mine)|not my (payment|purchase|transaction|card)|did ?n(o| )?t (make|do|buy|authori[sz]e) (this|that|it)|(do|did) ?n(o| )?t recogni[sz]e|unauthori[sz]ed)\b|\b(did ?n(o| )?t|never) (add|change|send|transfer)(ed|d|red)? (a|an|any|the|this|that|my|it)\b|\b(someone|somebody) (has |else )?(added|changed|withdrew|used my|took (my )?money|stole (my )?money)\b/,
    },
    lost_card: {
      pattern:
        /\b(lost|stolen|stole|missing|can ?not find|can t find)\b.{0,30}\b(card|wallet|purse|phone)\b|\b(card|wallet|purse|phone)\b.{0,20}\b(lost|stolen|missing|gone)\b/,
    },
    unfreeze_card: {
      pattern: UNFREEZE.en,
    },
    dispute: {
      exact: ["dispute", "refund", "chargeback"],
      pattern:
        /\b(dispute|chargeback|contest)\b.{0,30}\b(payment|charge|transaction|purchase|it|this)\b|\b(charged|billed) (me )?(twice|double|too much|the wrong)\b|\b(wrong|incorrect) (charge|amount)\b|\b(want|need|get)\b.{0,12}\b(refund|money back)\b/,
    },
    freeze_card: {
      pattern: /\b(freeze|block|lock|cancel|disable)\b.{0,20}\bcards?\b/,
      unless: UNFREEZE.en,
    },
    human: {
      exact: ["agent", "human", "person", "operator", "representative"],
      pattern:
        /\b(talk|speak|chat)\b.{0,12}\b(person|human|someone|somebody|agent|people|advisor)\b|\b(real|live) (person|human|agent)\b|\bcustomer service\b/,
    },
    delete_data: {
      pattern: /\b(delete|erase|remove)\b.{0,20}\b(my )?(data|information|account|everything)\b/,
    },
    stop: {
      exact: [
        "stop",
        "stop all",
        "stop it",
        "unsubscribe",
        "end",
        "quit",
        "disconnect",
        "off",
        "cancel messages",
      ],
      pattern:
        /\b(stop|no more)\b.{0,20}\b(messag\w*|alerts?|texting|writing|sending|notifications?)\b|\bdisconnect\b.{0,20}\b(account|bank|chat|me)\b/,
    },
    stop_undo: { exact: ["undo", "resume", "start again"] },
    greeting: {
      exact: [
        "hi",
        "hello",
        "hey",
        "hallo",
        "good morning",
        "good afternoon",
        "good evening",
        "hi there",
        "hello there",
        "start",
        "get started",
        "good day",
      ],
    },
    new_payee: {
      exact: ["payee", "payees", "beneficiary"],
      pattern:
        /\b(add|new|create|register|save|set up|delete|change)\b.{0,15}\b(payees?|beneficiar(y|ies)|recipients?)\b/,
    },
    full_number: {
      exact: ["iban", "my iban", "account number", "card number", "sort code", "cvv", "cvc", "pin", "my pin"],
      pattern:
        /\b(full|whole|complete|entire)\b.{0,12}\b(numbers?|digits|iban)\b|\b(what|show|tell|give|send|need|see|forgot|where)\b.{0,25}\b(iban|swift|bic|sort code|cvv|cvc|pin|(card|account|routing) numbers?)\b/,
      unless: PIN_ANEW.en,
    },
    change_details: {
      exact: ["address", "new address", "i moved", "i have moved"],
      pattern: new RegExp(
        `\\b(change|update|edit|correct)\\b.{0,15}\\b(address|e ?mail|phone|mobile|name|password|details|limits?)\\b|\\b(my|a) new (address|e ?mail|phone number|number)\\b|${PIN_ANEW.en.source}`,
      ),
    },
    transfer: {
      exact: ["transfer", "pay", "pay someone", "send money", "standing order", "direct debit"],
      pattern:
        /\b(transfer|send|move|wire|pay|lend)\b(?! me\b).{0,25}(\b(money|cash|funds|euros?|dollars?|pounds?|rent|bills?|invoice|someone|somebody)\b|\b\p{Nd}+)|\b(make|do|set up|start|schedule|cancel|want|need)\b.{0,12}\b(transfer|payment|standing order|direct debit)\b|\b(can|could) (i|you) (transfer|pay|send)\b|\b(transfer|wire)\b.{0,30}\bto\b/u,
      unless: HAPPENED.en,
    },
    balance: {
      exact: ["money"],
      pattern:
        /\bbalances?\b|\bhow much (money )?(do i have|have i got|is (there|left)|money)\b|\bavailable funds\b/,
    },
    transactions: {
      exact: ["payments", "transactions", "statement", "history", "mini statement", "activity"],
      pattern:
        /\b(last|latest|recent|my|show|list|view)\b.{0,20}\b(payments?|transactions?|purchases?|activity|spending)\b|\bwhat did i (spend|buy|pay)\b|\btransactions?\b|\b(did|has|have|was|where (is|s))\b.{0,20}\b(transfers?|payments?|direct debits?|standing orders?|salary|wages|money)\b/,
    },
    help: { exact: ["help", "menu", "options", "?", "what can you do", "what can i do", "commands"] },
    complain: {
      exact: ["complain", "complaint", "complaints", "ombudsman"],
      pattern:
        /\b(make|file|raise|have|lodge|submit) a (formal )?complaint\b|\b(want|like|need) to complain\b/,
    },
    connect: {
      exact: ["connect", "log in", "login", "link", "sign in", "link my account", "connect my account"],
      pattern: /\b(connect|link)\b.{0,12}\b(bank|account)\b/,
    },
    how_it_works: {
      exact: ["how does it work", "how does this work", "is this safe", "is it safe", "how it works"],
    },
    my_data: {
      exact: ["data", "privacy", "my consent", "my consents", "my permissions"],
      pattern:
        /\b(my|about) (data|privacy|permissions?|consents?)\b|\bwho (used|uses|saw|sees|has|had) my data\b|\bwhat (do|does|did) (you|it) (know|have|keep|store|hold)\b.{0,12}\b(about|on|of) me\b|\bdownload my data\b/,
    },
    language: { exact: ["language", "english", "change language"] },
    alerts: {
      exact: ["alerts", "alert settings", "notifications", "notification settings", "preferences"],
      pattern: /\b(change|manage|set|adjust|fewer|less|too many)\b.{0,15}\b(alerts|notifications|messages)\b/,
    },
    mute_today: {
      exact: ["mute", "quiet", "do not disturb", "not today"],
      pattern: /\b(mute|quiet)\b.{0,12}\btoday\b/,
    },
    alerts_above: { pattern: /^only above (50|5000)$/ },
    renew: { exact: ["renew", "extend", "renew my connection", "keep my connection"] },
  },
  ar: {
    stop_balances: { pattern: /(اوقف|اوقفوا|ايقاف|لا ترسل) (تنبيهات |رسايل |اشعارات )?(الرصيد|الارصده)/ },
    stop_payments: {
      pattern: /(اوقف|اوقفوا|ايقاف|لا ترسل) (تنبيهات |رسايل |اشعارات )?(المدفوعات|المعاملات|العمليات)/,
    },
    stop_fraud: { pattern: /(اوقف|اوقفوا|ايقاف|لا ترسل) (تنبيهات |تحذيرات )(الاحتيال)/ },
    stop_receipts: { pattern: /(اوقف|اوقفوا|ايقاف|لا ترسل) (تنبيهات |رسايل )?(الايصالات)/ },
    stop_parcels: { pattern: /(اوقف|اوقفوا|ايقاف|لا ترسل) (تنبيهات |رسايل )?(الطرود|الشحنات|الشحن)/ },
    fraud: {
      pattern:
        /احتيال|نصب|مخترق|لم اكن انا|ليس انا|ليست مني|لم اقم بها|لم (اضف|اغير|احول|ارسل) |(احدهم|شخص ما|احد ما) (اضاف|غير|سحب|سرق|اخذ)/,
    },
    lost_card: {
      pattern:
        /(فقدت|ضاعت|ضاع|سرقت|سرق|مفقود|مسروق).{0,20}(بطاقه|بطاقتي|محفظ|هاتف)|(بطاقه|بطاقتي|محفظتي|هاتفي).{0,20}(مفقود|مسروق|ضاع|سرق)/,
    },
    unfreeze_card: { pattern: UNFREEZE.ar },
    dispute: {
      exact: ["اعتراض", "نزاع"],
      pattern:
        /(اعتراض|اعترض|الاعتراض|نزاع).{0,20}(دفع|عمليه|مبلغ|معامله|خصم)|(خصم|حسم|سحب).{0,10}(مرتين|خطا)|استرداد (المبلغ|اموالي)|مبلغ (خاطي|غير صحيح)/,
    },
    freeze_card: { pattern: /(تجميد|جمد|حظر|احظر|ايقاف|اوقف|اقفل).{0,12}(بطاق)/, unless: UNFREEZE.ar },
    human: {
      exact: ["موظف", "شخص", "انسان"],
      pattern: /(التحدث|اتحدث|اتكلم|الكلام|محادثه).{0,14}(شخص|موظف|انسان|احد)|خدمه العملاء/,
    },
    delete_data: { pattern: /(حذف|احذف|امسح|محو).{0,14}(بيانات|بياناتي|حسابي|معلوماتي)/ },
    stop: {
      exact: ["ايقاف", "اوقف", "توقف", "قف", "الغاء الاشتراك", "قطع الاتصال", "انهاء"],
      pattern: /(اوقف|ايقاف|لا ترسل).{0,14}(الرسايل|رسايل|التنبيهات|تنبيهات)/,
    },
    stop_undo: { exact: ["تراجع", "استئناف"] },
    greeting: {
      exact: ["مرحبا", "السلام عليكم", "سلام", "اهلا", "هلا", "صباح الخير", "مساء الخير", "ابدا", "اهلا وسهلا"],
    },
    new_payee: {
      exact: ["مستفيد", "المستفيدون"],
      pattern: /(اضافه|اضف|تسجيل|حذف|تغيير).{0,10}مستفيد|مستفيد جديد/,
    },
    full_number: {
      exact: ["ايبان", "رقم حسابي", "رقم بطاقتي", "رقم الحساب", "رقم البطاقه", "الرقم السري"],
      pattern:
        /الرقم (ال)?كامل|(رقم|ارقام).{0,14}(كامل|بالكامل|كاملا)|(ما|اريد|اعطني|اظهر|عرض|نسيت).{0,10}(رقم (حسابي|بطاقتي|الحساب|البطاقه)|الرقم السري|رمز الامان|ايبان)/,
      unless: PIN_ANEW.ar,
    },
    change_details: {
      exact: ["عنوان", "عنوان جديد", "انتقلت"],
      pattern: new RegExp(
        `(تغيير|اغير|تعديل|تحديث|تصحيح).{0,12}(عنوان|بريد|هاتف|جوال|اسمي|كلمه المرور|كلمه السر|بيانات|الحد)|(عنواني|رقمي) الجديد|${PIN_ANEW.ar.source}`,
      ),
    },
    transfer: {
      exact: ["تحويل", "حواله", "تحويل بنكي", "تحويل اموال", "ارسال مال"],
      pattern:
        /(تحويل|حول|احول|ارسل|ارسال|ادفع|دفع|تسديد|اسدد).{0,14}(مال|اموال|مبلغ|نقود|فلوس|فاتوره|فواتير|ايجار|\p{Nd})|(اجراء|عمل|اريد|كيف|يمكن\S*|استطيع|اقدر|الغاء).{0,10}(تحويل|حواله|ادفع|امر دايم)/u,
      unless: HAPPENED.ar,
    },
    balance: { pattern: /رصيد|ارصده|كم معي|كم لدي|كم عندي/ },
    transactions: {
      exact: ["المدفوعات", "المعاملات", "العمليات", "كشف"],
      pattern:
        /(اخر|اظهر|عرض|قايمه).{0,14}(المدفوعات|المعاملات|العمليات|مدفوعات|معاملات|عمليات)|كشف حساب|(هل|اين|متي).{0,12}(تحويل|حواله|حوالتي|الدفعه|دفعتي|راتب)/,
    },
    help: { exact: ["مساعده", "ساعدني", "القائمه", "قائمه", "؟", "ماذا تستطيع"] },
    complain: { exact: ["شكوي", "اشتكي", "اريد الشكوي"], pattern: /(تقديم|رفع|عندي|لدي).{0,4}شكوي/ },
    connect: { exact: ["ربط", "ربط الحساب", "تسجيل الدخول", "دخول", "ربط حسابي"] },
    how_it_works: { exact: ["كيف يعمل", "هل هذا امن"] },
    my_data: {
      exact: ["بياناتي", "الخصوصيه", "خصوصيه", "موافقاتي", "موافقتي"],
      pattern:
        /من (استخدم|يستخدم|راي|يري) بياناتي|ماذا (تعرف|تعرفون|تحفظ|تحفظون) عني|(عرض|اظهر|تنزيل).{0,10}بياناتي/,
    },
    alerts: {
      exact: ["التنبيهات", "تنبيهات", "الاشعارات", "اشعارات"],
      pattern: /(غير|تغيير|اعداد|اعدادات|ضبط).{0,10}(تنبيهات|اشعارات)/,
    },
    mute_today: { exact: ["صامت", "كتم", "هدوء", "لا تزعجني"], pattern: /(كتم|هدوء|صامت).{0,6}اليوم/ },
    alerts_above: { pattern: /^ما يزيد علي (50|5000)$/ },
    renew: { exact: ["تجديد", "جدد", "ابقاء"] },
    language: { exact: ["اللغه", "لغه", "عربي", "العربيه"] },
  },
}

/** Buttons can also be typed by their title. */
const TITLES: Readonly<Partial<Record<PhraseKey, Intent>>> = {
  balance_button: "balance",
  transactions_button: "transactions",
  more_button: "more_transactions",
  help_button: "help",
  help_pages_button: "help",
  open_app_button: "help",
  complain_button: "complain",
  stop_button: "stop",
  connect_button: "connect",
  connect_browser_button: "connect",
  no_code_button: "no_code",
  how_button: "how_it_works",
  human_button: "human",
  urgent_button: "lost_card",
  language_button: "language",
  my_data_button: "my_data",
  my_data_menu_button: "my_data",
  keep_fraud_button: "stop_keep_fraud",
  disconnect_button: "stop_now",
  delete_button: "delete_confirm",
  delete_keep_button: "delete_cancel",
  delete_status_button: "delete_data",
  undo_button: "stop_undo",
  stop_all_button: "stop",
  renew_button: "renew",
  alerts_button: "alerts",
  alerts_digest_button: "alerts_digest",
  alerts_all_button: "alerts_all",
  alerts_mute_button: "mute_today",
  alerts_unmute_button: "unmute",
  held_button: "updates",
  switch_on_button: "switch_on",
  fraud_no_button: "fraud",
  fraud_report_button: "fraud",
  freeze_card_button: "freeze_card",
  dispute_button: "dispute",
  freeze_all_button: "freeze_all",
  disconnect_chat_button: "stop_now",
  fraud_mistake_button: "fraud_mistake",
  try_again_button: "try_again",
  call_button: "human",
  help_yes_button: "help_yes",
  help_no_button: "help_no",
  answer_button: "read_answer",
}

/** What a text means, and in which language it was said; `undefined` where nothing matches.
 * @param language the person's present language, tried first */
export function understand(
  text: string,
  language: Language,
): { readonly intent: Intent; readonly language: Language } | undefined {
  const said = normalise(text)
  if (!said) return undefined
  const languages = [language, ...LANGUAGES.filter((other) => other !== language)]
  const found = languages.flatMap((each) => findAll(said, each).map((intent) => ({ intent, language: each })))
  return (
    found.find(({ intent }) => URGENT.has(intent)) ??
    (said.length <= COMMAND_CHARS_MAX ? found[0] : undefined)
  )
}

/** Lower case, one space, no punctuation or accents; Arabic letters that are written several ways become one. */
export function normalise(text: string): string {
  const bare = text
    .slice(0, 2_000)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0640\p{M}]/gu, "")
  const arabic = bare
    .replace(/[أإآٱ]/g, "ا")
    .replace(/ى/g, "ي")
    .replace(/ة/g, "ه")
    .replace(/ؤ/g, "و")
    .replace(/ئ/g, "ي")
  return arabic === "?" || arabic === "؟" ? arabic : arabic.replace(/[^\p{L}\p{N}]+/gu, " ").trim()
}

/** What a language's phrases mean, as they are heard; made once, because normalising all of them costs more than looking one up. */
const heard = new Map<Language, ReadonlyMap<string, readonly Intent[]>>()

function exactOf(language: Language): ReadonlyMap<string, readonly Intent[]> {
  const known = heard.get(language)
  if (known) return known
  const meanings = new Map<string, Intent[]>()
  const add = (words: string, intent: Intent) => {
    const said = normalise(words)
    meanings.set(said, [...(meanings.get(said) ?? []), intent])
  }
  for (const [key, intent] of Object.entries(TITLES)) add(phrase(language, key as PhraseKey), intent)
  for (const [intent, words] of Object.entries(VOCABULARY[language]))
    for (const each of words.exact ?? []) add(each, intent as Intent)
  heard.set(language, meanings)
  return meanings
}

function findAll(said: string, language: Language): readonly Intent[] {
  const matching = Object.entries(VOCABULARY[language]).filter(
    ([, words]) => words.pattern?.test(said) && !words.unless?.test(said),
  )
  return [...(exactOf(language).get(said) ?? []), ...matching.map(([intent]) => intent as Intent)]
}

/** The language a text's letters belong to, or `undefined` where they tell nothing. */
export function findScript(text: string): Language | undefined {
  if (/\p{Script=Arabic}/u.test(text)) return "ar"
  return /\p{Script=Latin}{2}/u.test(text) ? "en" : undefined
}
