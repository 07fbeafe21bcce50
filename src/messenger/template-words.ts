// What a utility template must not say: promotion, which the platform files as marketing and P10 forbids, threats, and requests for what
// nobody may ask for in a chat. Tables in the languages we speak, read by template.ts. They refuse too much rather than too little: the
// words are ours, and there is another way to say it.

/** Why a text may not stand in a template. */
export type WordFault = "promotional" | "threat" | "asks_secret" | "tone"

/** A phrase, as a pattern without flags; it stands for itself and not inside a longer word. */
type Phrase = string

/** English, by what it promises. "free" alone is not there ("feel free"), nor are "deal with" and "debit". */
const PROMOTION_EN: readonly Phrase[] = [
  "sales?",
  "discounts?",
  "(special|limited|exclusive|best|new|our) offers?",
  "offers? (ends|expires|valid)",
  "promo(tion|tions|tional|s)?",
  "(great|best|hot|good) deals?",
  "for free",
  "free (of charge|gift|trial|month|card|account|entry|delivery|shipping)",
  "w(in|inner|inners|on) (a|an|the|prize|prizes|big)",
  "prizes?",
  "lucky",
  "gifts?",
  "bonus(es)?",
  "coupons?",
  "vouchers?",
  "rewards?",
  "cash ?back",
  "earn (points|miles|more|up)",
  "save (up to|big|more|money|now)",
  "(limited|last) (time|chance)",
  "do(n't|n’t| not) miss",
  "hurry",
  "act (now|fast)",
  "(buy|shop|order|apply|sign up|subscribe|upgrade|try it) (now|today)",
  "upgrade (your|to)",
  "exclusive(ly)?",
  "pre-?approved",
  "(lowest|best|low) (rate|rates|price|prices|interest)",
  "refer a friend",
  "invite (your )?friends",
  "new products?",
  "newsletter",
]

/** Arabic. `خصم` alone is what a bank says for a debit; only the discounts of it are here. */
const PROMOTION_AR: readonly Phrase[] = [
  "عرض (خاص|حصري|محدود|اليوم)",
  "(ال)?عروض(نا)?",
  "خصومات",
  "خصم (خاص|حصري|يصل|كبير)",
  "(كوبون|قسيمة|كود) (خصم|شراء)?",
  "(ال)?تخفيضات?",
  "مجان(ا|اً|ي|ية)",
  "(ال)?هدايا|هدية",
  "(ال)?جوائز|جائزة",
  "(اربح|اربحوا|فز|فوزوا|تربح|تفوز)",
  "مكافآت|مكافأة",
  "استرداد نقدي",
  "نقاط (إضافية|مضاعفة)",
  "(ال)?حصري(ة|ا|اً)?",
  "لفترة محدودة",
  "فرصة (أخيرة|محدودة|لا تعوض)",
  "(لا تفوت|لا تفوتوا|لا تفوّت)",
  "(سارع|سارعوا|أسرعوا)",
  "(اشتر|اشتروا|تسوق|تسوقوا|اطلب|اطلبوا|اشترك|اشتركوا) (الآن|اليوم)",
  "(ادع|ادعوا) (أصدقاءك|أصدقاءكم|صديقا)",
  "أقل (سعر|فائدة|الأسعار)",
  "منتج(ات)? جديدة?",
]

const THREATS_EN: readonly Phrase[] = [
  "legal (action|proceedings|steps|consequences)",
  "law ?suit",
  "prosecut(e|ed|ion)",
  "(in|to|before) court",
  "arrest(ed)?",
  "police",
  "debt collect(or|ors|ion)",
  "or else",
  "(final|last) (warning|notice|demand)",
  "(face|suffer) (the )?consequences",
  "seiz(e|ed|ure)",
  "immediately or",
]

const THREATS_AR: readonly Phrase[] = [
  "(إجراء|إجراءات) قانونية?",
  "(ال)?محكمة",
  "(ال)?قضاء",
  "(ال)?شرطة",
  "(اعتقال|توقيف|حبس)",
  "وإلا",
  "(إنذار|تحذير) (أخير|نهائي)",
  "عواقب",
  "(ال)?حجز على",
]

/** A request, then within a few words what must not be asked for. That a password was changed may be said. */
const SECRETS_EN: readonly Phrase[] = [
  "(enter|send|reply with|type|give|provide|share|tell|confirm|verify|write|submit)( \\S+){0,5} " +
    "(pin|password|passcode|passwords|otp|cvv|cvc|security code|one-time code|card number|account number|iban|" +
    "national id|passport number|social security number)",
]
const SECRETS_AR: readonly Phrase[] = [
  "(أدخل|أدخلوا|أرسل|أرسلوا|اكتب|اكتبوا|شارك|شاركوا|زودنا|زودونا|أكد|أكدوا)( \\S+){0,5} " +
    "(كلمة (المرور|السر)|الرقم السري|رمز التحقق|رقم (البطاقة|الحساب|الهوية|الجواز)|الآيبان)",
]

/** Neither word nor sentence: design.md 9 allows no exclamation and no emoji about money. The masking dots of a card are no emoji. */
const TONE = /[!！]|\p{Extended_Pictographic}/u

const TABLE: readonly (readonly [WordFault, RegExp])[] = [
  ["promotional", oneOf([...PROMOTION_EN, ...PROMOTION_AR])],
  ["threat", oneOf([...THREATS_EN, ...THREATS_AR])],
  ["asks_secret", oneOf([...SECRETS_EN, ...SECRETS_AR])],
  ["tone", TONE],
]

/** What is wrong with the words of a template, each fault once. All tables are read for each language: words travel. */
export function wordFaultsOf(texts: readonly string[]): readonly WordFault[] {
  // Marks above and below Arabic letters, and the stretching of words, hide no word from the table.
  const plain = texts.map((text) => text.normalize("NFC").replace(/[\u064b-\u0652\u0670\u0640]/g, ""))
  return TABLE.filter(([, pattern]) => plain.some((text) => pattern.test(text))).map(([fault]) => fault)
}

function oneOf(phrases: readonly Phrase[]): RegExp {
  const words = phrases.map((phrase) => `(?:${phrase})`).join("|")
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, "iu")
}
