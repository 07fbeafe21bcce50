// A headless Chromium on whatever machine the tests run: nobody installs anything by hand.
// It opens browsers and nothing more; what a person does on the phone page is the driver's.
// Composed by the journeys, one browser a test file.
import { existsSync } from "node:fs"
import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium as playwright, type Browser } from "playwright-core"

const LAUNCH_TIMEOUT_MS = 30_000
/** Kept equal to package.json's by hand: a stale number costs an unpacking, nothing else. */
const PACKAGE_VERSION = "153.0.0"
/** Where distributions put the libraries Chromium is linked to and bare images lack. */
const LIBRARY_DIRECTORIES = ["/usr/lib", "/usr/lib64", "/lib"].flatMap((base) => [
  base,
  `${base}/x86_64-linux-gnu`,
  `${base}/aarch64-linux-gnu`,
])
const LIBRARIES = ["libnss3.so", "libnspr4.so", "libexpat.so.1"] as const

/** Open a browser: the one `CHROME_PATH` names, else an installed Chrome, else the packaged one (Linux).
 * The caller closes it.
 * @throws {Error} where there is none, saying how to name one */
export async function launch(): Promise<Browser> {
  const named = process.env["CHROME_PATH"]
  if (named) return playwright.launch({ executablePath: named, timeout: LAUNCH_TIMEOUT_MS })
  try {
    return await playwright.launch({ channel: "chrome", timeout: LAUNCH_TIMEOUT_MS })
  } catch (error) {
    if (process.platform === "linux") return launchPackaged()
    throw new Error("Cannot find a browser: install Chrome or set CHROME_PATH to a Chromium", {
      cause: error,
    })
  }
}

/** Unpack once a machine and version, 207 MB into the temporary directory. The package alone takes whatever stands
 * there under the name `chromium` for a finished copy, so each run unpacks into a directory of its own and renames it. */
async function launchPackaged(): Promise<Browser> {
  const bare = lacksLibraries()
  const home = join(
    process.env["DISK_TMPDIR"] ?? tmpdir(),
    `tellerline-chromium-${PACKAGE_VERSION}${bare ? "-with-libraries" : ""}`,
  )
  if (!existsSync(home)) {
    const unpacking = `${home}.${process.pid}`
    await mkdir(unpacking, { recursive: true })
    await unpackInto(unpacking, bare)
    await writeFile(join(unpacking, "fonts.conf"), fontSettings(home))
    // Another run may have been quicker; its copy is the same.
    await rename(unpacking, home).catch(() => rm(unpacking, { recursive: true, force: true }))
  }
  return playwright.launch({
    executablePath: join(home, "chromium"),
    args: ["--font-render-hinting=none"],
    timeout: LAUNCH_TIMEOUT_MS,
    env: {
      ...process.env,
      FONTCONFIG_FILE: join(home, "fonts.conf"),
      ...(bare ? { LD_LIBRARY_PATH: join(home, "al2023", "lib") } : {}),
    },
  })
}

/** The package unpacks into `TMPDIR`, and its own libraries only where it believes to run on a function platform. */
async function unpackInto(directory: string, withLibraries: boolean): Promise<void> {
  const before = process.env["TMPDIR"]
  process.env["TMPDIR"] = directory
  if (withLibraries) process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs22.x"
  try {
    const { default: packaged } = await import("@sparticuz/chromium")
    await packaged.executablePath()
  } finally {
    if (before === undefined) delete process.env["TMPDIR"]
    else process.env["TMPDIR"] = before
  }
}

/** The package's own settings name absolute places where nothing lies here, and text would be drawn as nothing.
 * Its one family is Latin; the machine's fonts, where it has any, add the other scripts. */
function fontSettings(home: string): string {
  const directories = [join(home, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"]
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${directories.map((directory) => `  <dir>${directory}</dir>`).join("\n")}
  <cachedir>${join(home, "fonts-cache")}</cachedir>
</fontconfig>
`
}

function lacksLibraries(): boolean {
  return LIBRARIES.some(
    (library) => !LIBRARY_DIRECTORIES.some((directory) => existsSync(`${directory}/${library}`)),
  )
}
