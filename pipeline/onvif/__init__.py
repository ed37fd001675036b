"""What a camera says of itself by ONVIF."""
