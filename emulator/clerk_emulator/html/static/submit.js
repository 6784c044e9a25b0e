// Sends the form of a page that has nothing else, such as the answer of an authorization server.
document.forms[0].submit();
