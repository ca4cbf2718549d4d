// Asks the browser for a passkey when a form with data-passkey is sent, and sends
// its answer in the form's hidden field. Nothing here decides anything.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What is binary comes as base64url in JSON.
function readOptions(options) {
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const known of list ?? []) known.id = toBytes(known.id);
  }
  return options;
}

function asJSON(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = toText(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: parts,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector(".passkey-problem");
  if (!window.PublicKeyCredential) continue;
  form.classList.add("has-passkeys");
  form.addEventListener("submit", async (event) => {
    if (form.elements.passkey.value) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      const publicKey = readOptions(JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.passkey.value = asJSON(credential);
      form.requestSubmit();
    } catch {
      problem.hidden = false;
    }
  });
}
