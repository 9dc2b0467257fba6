package io.patchbay.cli.doctor;

/**
 * Something that is wrong.
 *
 * @param check which check found it, a word such as {@code disk}
 * @param problem what is wrong, in a sentence
 * @param remedy how to mend it, in a sentence
 */
public record Finding(Weight weight, String check, String problem, String remedy) {
    /** The heaviest first. */
    public enum Weight {
        /** The node does not work, or data is in danger. */
        ERROR,
        /** It will hurt some day, or makes something slow. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    static Finding error(String check, String problem, String remedy) {
        return new Finding(Weight.ERROR, check, problem, remedy);
    }

    static Finding warning(String check, String problem, String remedy) {
        return new Finding(Weight.WARNING, check, problem, remedy);
    }

    static Finding note(String check, String problem, String remedy) {
        return new Finding(Weight.NOTE, check, problem, remedy);
    }
}
