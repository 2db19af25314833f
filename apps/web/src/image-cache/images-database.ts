/** Where this device keeps images of documents. A name of its own, so that signing out can delete it. */
export const IMAGES_DATABASE = 'tandem-images';
