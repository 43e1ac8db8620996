// Hands the authenticator what the page asks of it, and the form what it answers. Nothing else on the desk
// needs a script.
const form = document.querySelector("form[data-passkey]");
const trouble = document.getElementById("kendala");

function say(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = false;
  trouble.focus();
}

async function answer(options) {
  const registering = form.dataset.passkey === "create";
  const publicKey = registering
    ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
    : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return registering
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
}

async function submit(event) {
  event.preventDefault();
  try {
    const credential = await answer(JSON.parse(form.dataset.options));
    form.elements.jawaban.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    say(error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed);
  }
}

if (form && window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  form.hidden = false;
  trouble.hidden = true;
  form.addEventListener("submit", submit);
} else if (form) {
  say(form.dataset.missing);
}
