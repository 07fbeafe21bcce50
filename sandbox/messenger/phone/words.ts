// What the Messenger app itself says, in the person's language. Messages are never translated: they come from the
// Page. English stands in for languages without a row.

/** The app's own words. */
export type Words = {
  readonly logIn: string
  readonly logOut: string
  readonly getStarted: string
  readonly sending: string
  readonly sent: string
  readonly delivered: string
  readonly seen: string
  readonly typing: string
  readonly compose: string
  readonly send: string
  readonly menu: string
  readonly you: string
  readonly said: string
  readonly business: string
  readonly empty: string
  readonly choices: string
  readonly receipt: string
  readonly total: string
  readonly paidWith: string
  readonly quantity: string
  readonly conversation: string
  readonly newMessages: string
}

const ENGLISH: Words = {
  logIn: "Log In",
  logOut: "Log Out",
  getStarted: "Get Started",
  sending: "Sending",
  sent: "Sent",
  delivered: "Delivered",
  seen: "Seen",
  typing: "is typing",
  compose: "Message",
  send: "Send",
  menu: "Menu",
  you: "You",
  said: "said",
  business: "Business chat",
  empty: "Messages you send go to this business.",
  choices: "Suggested replies",
  receipt: "Order",
  total: "Total",
  paidWith: "Paid with",
  quantity: "Qty",
  conversation: "Conversation with",
  newMessages: "New messages",
}

const WORDS: Readonly<Record<string, Words>> = {
  en: ENGLISH,
  ar: {
    logIn: "تسجيل الدخول",
    logOut: "تسجيل الخروج",
    getStarted: "بدء الاستخدام",
    sending: "جارٍ الإرسال",
    sent: "تم الإرسال",
    delivered: "تم التسليم",
    seen: "تمت المشاهدة",
    typing: "يكتب الآن",
    compose: "رسالة",
    send: "إرسال",
    menu: "القائمة",
    you: "أنت",
    said: "قال",
    business: "دردشة مع نشاط تجاري",
    empty: "الرسائل التي ترسلها تصل إلى هذا النشاط التجاري.",
    choices: "ردود مقترحة",
    receipt: "الطلب",
    total: "الإجمالي",
    paidWith: "طريقة الدفع",
    quantity: "الكمية",
    conversation: "محادثة مع",
    newMessages: "رسائل جديدة",
  },
  he: {
    ...ENGLISH,
    logIn: "התחברות",
    logOut: "התנתקות",
    getStarted: "התחלה",
    sending: "בשליחה",
    sent: "נשלח",
    delivered: "נמסר",
    seen: "נראה",
    typing: "מקליד/ה",
    compose: "הודעה",
    send: "שליחה",
    menu: "תפריט",
    you: "את/ה",
    said: "אמר/ה",
    business: "צ'אט עסקי",
    empty: "ההודעות שתשלחו יגיעו לעסק הזה.",
    choices: "תשובות מוצעות",
    receipt: "הזמנה",
    total: "סך הכול",
    paidWith: "שולם באמצעות",
    quantity: "כמות",
    conversation: "שיחה עם",
    newMessages: "הודעות חדשות",
  },
  de: {
    ...ENGLISH,
    logIn: "Anmelden",
    logOut: "Abmelden",
    getStarted: "Los geht's",
    sending: "Wird gesendet",
    sent: "Gesendet",
    delivered: "Zugestellt",
    seen: "Gesehen",
    typing: "schreibt",
    compose: "Nachricht",
    send: "Senden",
    menu: "Menü",
    you: "Du",
    said: "schrieb",
    business: "Chat mit Unternehmen",
    empty: "Deine Nachrichten gehen an dieses Unternehmen.",
    choices: "Vorgeschlagene Antworten",
    receipt: "Bestellung",
    total: "Gesamt",
    paidWith: "Bezahlt mit",
    quantity: "Menge",
    conversation: "Unterhaltung mit",
    newMessages: "Neue Nachrichten",
  },
  es: {
    ...ENGLISH,
    logIn: "Iniciar sesión",
    logOut: "Cerrar sesión",
    getStarted: "Empezar",
    sending: "Enviando",
    sent: "Enviado",
    delivered: "Entregado",
    seen: "Visto",
    typing: "está escribiendo",
    compose: "Mensaje",
    send: "Enviar",
    menu: "Menú",
    you: "Tú",
    said: "dijo",
    business: "Chat de empresa",
    empty: "Tus mensajes llegan a esta empresa.",
    choices: "Respuestas sugeridas",
    receipt: "Pedido",
    paidWith: "Pagado con",
    quantity: "Cant.",
    conversation: "Conversación con",
    newMessages: "Mensajes nuevos",
  },
  fr: {
    ...ENGLISH,
    logIn: "Se connecter",
    logOut: "Se déconnecter",
    getStarted: "Démarrer",
    sending: "Envoi",
    sent: "Envoyé",
    delivered: "Distribué",
    seen: "Vu",
    typing: "écrit",
    send: "Envoyer",
    you: "Vous",
    said: "a dit",
    business: "Discussion professionnelle",
    empty: "Vos messages sont envoyés à cette entreprise.",
    choices: "Réponses suggérées",
    receipt: "Commande",
    paidWith: "Payé avec",
    quantity: "Qté",
    conversation: "Conversation avec",
    newMessages: "Nouveaux messages",
  },
}

/** The words for a locale like `ar_AR`. */
export const wordsFor = (locale: string): Words => WORDS[locale.split("_")[0] ?? ""] ?? ENGLISH

const RIGHT_TO_LEFT = ["ar", "he", "fa", "ur"]

/** The direction the app is laid out in for a locale. */
export const directionOf = (locale: string): "ltr" | "rtl" =>
  RIGHT_TO_LEFT.includes(locale.split("_")[0] ?? "") ? "rtl" : "ltr"

/** The BCP 47 tag of a locale. */
export const languageTag = (locale: string): string => locale.replace("_", "-")

/** Locales offered for a new person. */
export const LOCALES: readonly (readonly [locale: string, name: string])[] = [
  ["en_US", "English (US)"],
  ["en_GB", "English (UK)"],
  ["ar_AR", "العربية"],
  ["de_DE", "Deutsch"],
  ["es_ES", "Español"],
  ["fr_FR", "Français"],
  ["he_IL", "עברית"],
]
