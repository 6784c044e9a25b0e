// Arguments of a method that Clerk's document refuses, with the documented status and the code of the error.
export class Refused {
  constructor(status, code, given) {
    Object.assign(this, { status, code, given });
  }
}

export const refused = (status, code, given) => new Refused(status, code, given);
