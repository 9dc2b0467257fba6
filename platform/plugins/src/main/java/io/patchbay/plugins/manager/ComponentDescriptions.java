package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.Providers;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads the named services out of Declarative Services descriptions, which say what a bundle offers before any of it runs. */
final class ComponentDescriptions {
    private ComponentDescriptions() {}

    /** @throws XMLStreamException if {@code xml} can't be read */
    static List<DeclaredService> parse(byte[] xml) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
        List<DeclaredService> found = new ArrayList<>();
        Component component = new Component("");
        while (reader.hasNext()) {
            int event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (reader.getLocalName()) {
                    case "component" -> component = new Component(attribute(reader, "name"));
                    case "provide" -> component.types.add(attribute(reader, "interface"));
                    case "property" -> component.property(reader);
                    default -> {
                        // References and the rest don't matter here.
                    }
                }
            } else if (event == XMLStreamConstants.END_ELEMENT
                    && reader.getLocalName().equals("component")) {
                found.addAll(component.services());
            }
        }
        return found;
    }

    private static String attribute(XMLStreamReader reader, String name) {
        String value = reader.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    private static final class Component {
        private final String component;
        private final List<String> types = new ArrayList<>();
        private @Nullable String name;

        Component(String component) {
            this.component = component;
        }

        void property(XMLStreamReader reader) throws XMLStreamException {
            if (attribute(reader, "name").equals(Providers.NAME)) {
                String value = reader.getAttributeValue(null, "value");
                name = value == null ? reader.getElementText().strip() : value;
            }
        }

        List<DeclaredService> services() {
            String named = name;
            return named == null
                    ? List.of()
                    : types.stream()
                            .map(type -> new DeclaredService(component, type, named))
                            .toList();
        }
    }
}
