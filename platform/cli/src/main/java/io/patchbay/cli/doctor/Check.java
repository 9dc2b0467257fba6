package io.patchbay.cli.doctor;

import java.util.List;

/** Looks at one thing. A failure to look is a finding of its own, made by {@link Doctor}. */
interface Check {
    List<Finding> examine(Patient patient) throws Exception;
}
